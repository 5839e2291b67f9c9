/** Other people's programs to compare with. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

/** By program, the Debian package that has it. */
const PEERS = {
  tiffcp: 'libtiff-tools',
  exiftool: 'libimage-exiftool-perl',
  rclone: 'rclone',
} as const;
type Peer = keyof typeof PEERS;

function installed(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const lacking = (): Peer[] => (Object.keys(PEERS) as Peer[]).filter((program) => !installed(program));

/** Installs the peers that are missing, where we may. What stays missing is told by `requirePeer`. */
export async function installPeers(tell: (text: string) => void): Promise<void> {
  const packages = lacking().map((program) => PEERS[program]);
  if (packages.length === 0 || process.getuid?.() !== 0 || !installed('apt-get')) return;
  tell(`installs ${packages.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    execa('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env, reject: false });
  if ((await install()).exitCode === 0) return;
  await execa('apt-get', ['update', '-q'], { env, reject: false });
  await install();
}

/** @throws an Error that says what to install, where a peer is missing */
export function requirePeer(program: Peer): void {
  if (!installed(program))
    throw new Error(`${program} is not installed; as root: apt-get install ${PEERS[program]}`);
}
