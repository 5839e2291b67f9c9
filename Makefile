# What people and machines do with a clone of this project; `make` alone says what there is.
# The pipeline itself is in pipeline.mk, which also works without this file, as fc-pipeline.

define FC_CLONE_HELP
From a clone (needs Node 20.19 or later, npm, GNU make, bash):

  make demo        the whole pipeline on a simulated run, into a small S3 store of its own; needs nothing else
  make install     install what is needed from npm, and build
  make test        check all: lint, types, tests; tests that need programs which are not here are skipped, saying so
  make test-real   the same with nothing skipped: installs Debian packages if it is run by root
  make test-long   tries much more of what is random: kills, broken input (some ten minutes)
  make bench       how fast, against other programs, in ten minutes; BENCH_SCALE=full takes a million particles

endef
export FC_CLONE_HELP

help::
	@printf '%s\n' "$$FC_CLONE_HELP"

include $(dir $(lastword $(MAKEFILE_LIST)))pipeline.mk

# A recipe is one script, not a script a line.
.ONESHELL:
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

.PHONY: bench demo install test test-long test-real debian-packages

# The pipeline is run from the clone, so it must be there.
run all: install

# By content, as everything here; a lock, because npm cannot work twice in one folder.
install:
	@for program in node npm; do
	  command -v $$program > /dev/null || { echo "there is no $$program: install Node 20.19 or later" >&2; exit 1; }
	done
	node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
	  if (major < 20 || (major === 20 && minor < 19)) {
	    console.error(`Node 20.19 or later is needed; this is $${process.version}`);
	    process.exit(1);
	  }'
	exec 9< package.json
	flock -w 600 9 2> /dev/null || true
	if ! cmp -s package-lock.json node_modules/.installed; then
	  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	  cp package-lock.json node_modules/.installed
	fi
	sources=$$(find src -type f -exec cksum {} + | sort; cksum package.json tsconfig*.json scripts/bundle.mjs)
	if [ "$$sources" != "$$(cat dist/.built 2> /dev/null)" ]; then
	  rm -rf dist
	  npm run --silent build
	  printf '%s\n' "$$sources" > dist/.built
	fi

demo: install
	@./demo/run.sh

bench: install
	@npm run --silent bench

test: install
	@npm run --silent lint
	npm run --silent types
	npx vitest run

# The tests that can try more of the same; what is random begins at a seed that is printed (FC_SEED=N repeats it).
test-long: install
	@FC_LONG=1 npx vitest run $$(grep -rlE 'support/(long-part|mutations)' test --include='*.test.ts')

# What the tests compare with, and the store they upload to: programs, and the Debian packages that hold them.
PEERS := exiftool=libimage-exiftool-perl tiffcp=libtiff-tools jq=jq mlr=miller parallel=parallel rclone=rclone \
	montage=imagemagick curl=curl openssl=openssl ceph=ceph-common ceph-mon=ceph-mon ceph-osd=ceph-osd radosgw=radosgw gcc=gcc

debian-packages:
	@missing=
	PATH="$$PATH:/usr/sbin:/sbin"
	for peer in $(PEERS); do
	  command -v "$${peer%=*}" > /dev/null || missing+=" $${peer#*=}"
	done
	python3 -c 'import boto3' 2> /dev/null || missing+=" python3-boto3"
	echo '#include <stdio.h>' | gcc -E - > /dev/null 2>&1 || missing+=" libc6-dev"
	[ -n "$$missing" ] || exit 0
	if ! command -v apt-get > /dev/null; then
	  echo "make test-real needs what these Debian packages hold:$$missing" >&2
	  exit 1
	elif [ "$$(id -u)" != 0 ]; then
	  echo "make test-real needs more than is installed. As root: apt-get install$$missing" >&2
	  exit 1
	fi
	apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600)
	"$${apt[@]}" update
	"$${apt[@]}" install --no-install-recommends$$missing

test-real: debian-packages
	@FC_TEST_ALL=1 $(MAKE) --no-print-directory test
