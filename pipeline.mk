# From FlowCam runs to stored vignettes, by file targets below OUT:
#
#   OUT/<run>/metadata.csv             the particles (fc-lst2csv)
#   OUT/<run>/vignettes.tar            their images, tagged (fc-decollage, fc-exif)
#   OUT/<run>/s3_upload_complete.txt   written once all of them are stored (fc-upload)
#
# `make help` says how to use it. It can be included in a Makefile of your own, or run by itself:
# make -f pipeline.mk run RUN=… OUT=… (fc-pipeline run RUN=… OUT=… does that).
#
# Three things differ from most Makefiles:
#
# Whether a target is up to date is told by content, not by clocks, which differ between machines that share a disk.
# OUT/<run>/inputs.json holds name, size and time of the run's files, and the settings; `run` and `all` rewrite it if
# anything changed and remove what was made from other inputs. Every target is forced, and its recipe (src/pipeline/step.ts)
# looks whether it was made from the present inputs and still has the bytes it was made with.
#
# Recipes write to OUT/<run>/.pipeline/<host>-<pid>.tmp/; what is whole gets its name by fsync and rename. So two
# makes at once, or a killed one, do no harm. A flock keeps them from doing the same work twice, no more.
#
# Make expands nothing that a person gives: a folder called `$(shell rm -r .)` is a folder. Settings are handed on
# in the environment as they were typed, under FC_MAKE_<NAME>; commands get them from there.

ifeq ($(filter oneshell,$(.FEATURES)),)
$(error GNU make 3.82 or later is needed, this is $(MAKE_VERSION) (macOS: brew install make, then use gmake))
endif

FC_SETTINGS := RUN RUNS OUT RUN_NAME BUCKET PREFIX API_URL ENV_FILE METADATA ON_ERROR \
	LST2CSV_OPTIONS DECOLLAGE_OPTIONS EXIF_OPTIONS UPLOAD_OPTIONS

# Make would expand what it exports under its own name.
unexport $(FC_SETTINGS)

# The make that `run` and `all` start has them from the one that the person started.
ifneq ($(origin FC_STEP),command line)
$(foreach name,$(FC_SETTINGS),$(eval export FC_MAKE_$(name) := $$(value $(name))))
# What was typed for make itself. In a Makefile of your own other variables may be yours.
FC_TYPED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
ifneq ($(filter 1,$(words $(MAKEFILE_LIST)))$(FC_CLONE_HELP),)
export FC_MAKE_UNKNOWN := $(filter-out $(FC_SETTINGS) FC_TOOLKIT FC_LOCK_WAIT,$(FC_TYPED))
endif
export FC_MAKE_TYPED := $(filter $(FC_SETTINGS),$(FC_TYPED))
# fc-pipeline says where the toolkit is; spaces in that path would be too much for make.
ifeq ($(origin FC_TOOLKIT),undefined)
FC_TOOLKIT := $(dir $(lastword $(MAKEFILE_LIST)))
endif
export FC_TOOLKIT
endif

# exec, so that what make signals is not a shell that keeps it to itself.
FC_PIPELINE := exec node "$$FC_TOOLKIT/dist/programs/fc-pipeline/main.js"

.DELETE_ON_ERROR:
# Keeps make from removing what it takes for intermediate files.
.SECONDARY:
.PHONY: help run all FORCE

define FC_HELP
fc-pipeline - from FlowCam runs to stored vignettes, by file targets (in a clone of the toolkit: make)

Examples:
  fc-pipeline run RUN=path/to/run OUT=out
  fc-pipeline run RUN=path/to/run OUT=out BUCKET=plankton METADATA=stations.csv
  fc-pipeline -k -j4 all RUNS=cruise OUT=out BUCKET=plankton

`run` makes one run (a run folder, or a .lst or .flb where a folder has several), `all` every run below a folder; with -k
it goes on past runs that fail, with -j4 it makes four at once. Other options of make work, too: -n looks only, -B makes
all again, -s says only what went wrong.

  OUT/<run>/metadata.csv            the particles (<run>: letters, digits, _ and - stay as they are, all else becomes -,
                                    and then eight hex digits tell such names apart)
  OUT/<run>/vignettes.tar           their images, with EXIF; the end where no BUCKET is given
  OUT/<run>/s3_upload_complete.txt  written once every image is stored and checked; receipts.ndjson says what

Calling it again makes what is missing or changed, and nothing else. Settings:

  BUCKET=NAME          where the images go             PREFIX=PATH/       goes before their names there
  ENV_FILE=FILE        credentials, instead of .env    API_URL=URL        an object store API instead of S3
  METADATA=FILE.csv    run,lat,lon,date,depth,…        RUN_NAME=NAME      another name for the run
  ON_ERROR=skip        leave out particles that cannot be used; *.skipped.ndjson lists them
  LST2CSV_OPTIONS, DECOLLAGE_OPTIONS, EXIF_OPTIONS, UPLOAD_OPTIONS='--option …'
                       further options of the four commands, each of which has its --help
  FC_LOCK_WAIT=60      (environment) seconds to wait where another make works on the same run, then go on beside it
endef
export FC_HELP

help::
	@printf '%s\n' "$$FC_HELP"

run all: MAKEOVERRIDES :=
run all:
	+@$(FC_PIPELINE) $@ '$(MAKE)'

# $(call fc-make,LINE) makes the target by a line that bash runs with pipefail; its stdin is the target before.
fc-make = @$(FC_PIPELINE) step '$@' '$(1)'

%/metadata.csv: FORCE
	$(call fc-make,fc-lst2csv "$${LST2CSV_OPTIONS[@]}" "$$LIST")

%/vignettes.tar: %/metadata.csv FORCE
	$(call fc-make,fc-decollage --directory "$$LIST" "$${DECOLLAGE_OPTIONS[@]}" | fc-exif "$${EXIF_OPTIONS[@]}")

%/s3_upload_complete.txt: %/vignettes.tar FORCE
	$(call fc-make,fc-upload --bucket "$$BUCKET" --confirm "$$CONFIRM" "$${UPLOAD_OPTIONS[@]}")

FORCE:
