import { contextTime } from './clock.js';
import { BORDER, type Camera, FRINGE, type Software } from './instrument.js';
import { type RunTotals, ratio } from './run-totals.js';

export interface ContextFacts {
  camera: Camera;
  software: Software;
  totals: RunTotals;
  masks: boolean;
}

/** The `.ctx` of a run: INI with CRLF; times in UTC, a blank for what nobody filled in. */
export function contextFile({ camera, software, totals, masks }: ContextFacts): string {
  const utc = (time: number) => contextTime(time - totals.utcOffset * 60_000);
  const sections: Record<string, (string | undefined)[]> = {
    Software: [
      'SoftwareName=VisualSpreadsheet',
      `SoftwareVersion=${software.version}`,
      'SoftwareBetaFlag=0',
      `CameraMagnification=${camera.magnification}`,
      software.firmware,
      software.serialNumber && `SerialNo=${software.serialNumber}`,
    ],
    General: [
      'TechnicianName= ',
      'LocationName= ',
      'LocationLatitude= ',
      'LocationLongitude= ',
      `RunStartTime=${utc(totals.start)}`,
      `RunEndTime=${utc(totals.end)}`,
      'TimeZone= ',
    ],
    CameraBehavior: [`AutoImageRate=${Math.round(camera.frameRate)}`],
    Laser: ['Enabled=0'],
    Camera: [
      'AutoTriggerFlag=1',
      `CameraName=${camera.name}`,
      `ImageWidth=${camera.width}`,
      `ImageHeight=${camera.height}`,
    ],
    Fluid: [
      `FlowCellType=${camera.flowCell.type}`,
      `FlowCellDepth=${camera.flowCell.depth}`,
      `FlowCellWidth=${camera.flowCell.width}`,
      'UseManualVolume=0',
      'ManualVolumeML=1.0000',
      'FluidVolumeImaged_ml=0.0000',
      'UseDilutionCalculation=0',
      'SampleDilution=1',
      'PumpFlowRate=0.1500',
      `CalibrationConstant=${camera.calibration.toFixed(4)}`,
      `FringeSize=${FRINGE.toFixed(4)}`,
    ],
    CaptureRegion: [
      `AcceptableLeft=${camera.accepted.left}`,
      `AcceptableRight=${camera.accepted.right}`,
      `AcceptableTop=${camera.accepted.top}`,
      `AcceptableBottom=${camera.accepted.bottom}`,
      `ImagePixelBorder=${BORDER}`,
      'SaveImageFiles=1',
      `SaveBinaryImageFiles=${masks ? 1 : 0}`,
      'SaveRawFiles=0',
    ],
    CaptureParameters: [
      'DistanceToNeighbor=5.0000',
      'ThresholdDark=20.0000',
      'ThresholdLight=20.0000',
      'CloseHoles=0',
      'CaptureDarkOrLightPixels=0',
      'MinESD=0.0000',
      'MaxESD=10000.0000',
    ],
    ...(software.rollingCalibration ? { RollingCal: ['Enabled=0', 'FrameCount=10'] } : {}),
    CaptureStats: [
      `RawImageTotal=${totals.frames}`,
      `RunTimeMilliSeconds=${totals.imaging}`,
      'CalibrationsCompletedCount=1',
      'SampleVolumeAspirated=0.0000',
      `ParticlesPerUsedImage=${ratio(totals.particles, totals.usedFrames).toFixed(4)}`,
      `ParticlesPerImage=${ratio(totals.particles, totals.frames).toFixed(4)}`,
      'Efficiency=0.0000',
      `VolumeCF=${camera.volumeFactor.toFixed(4)}`,
      'IncludesVolumeCF=1',
    ],
  };
  return Object.entries(sections)
    .flatMap(([name, lines]) => [`[${name}]`, ...lines.filter((line) => line !== undefined)])
    .map((line) => `${line}\r\n`)
    .join('');
}
