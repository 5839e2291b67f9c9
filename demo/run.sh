#!/usr/bin/env bash
# Shows the whole pipeline on a simulated run: from its folder to tagged images in an S3 store, the project's own
# small one, which listens on this machine only and ends with this script. All is below demo-output/, or the folder
# that is named.
set -euo pipefail
demo=${1:-demo-output}
cd "$(dirname "$0")/.."
PATH="$PWD/bin:$PATH"

run=Windermere_54.3500_-2.9400_04052023_1
bucket=plankton

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

rm -rf "$demo"
mkdir -p "$demo"

say "A simulated run of 200 particles; its name says where and when the water was taken"
fc-simulate "$demo/runs/$run" --particles 200
ls "$demo/runs/$run"

say "A small S3 store on this machine"
access_key=demo
secret_key=$(node -p 'crypto.randomUUID()')
exec 3< <(exec node dist/s3-endpoint/serve.js --directory "$demo/store" --create-bucket "$bucket" \
  --access-key "$access_key" --secret-key "$secret_key")
store=$!
trap 'kill "$store" 2> /dev/null || true' EXIT
read -r -u 3 listening || { echo 'demo: the store did not start' >&2; exit 1; }
url=$(node -p 'JSON.parse(process.argv[1]).url' "$listening")
echo "$url"

# Credentials as people have them; what is set in this shell is for other stores.
unset "${!AWS_@}"
(umask 077 && printf '%s\n' "AWS_ACCESS_KEY_ID=$access_key" "AWS_SECRET_ACCESS_KEY=$secret_key" \
  "AWS_URL_ENDPOINT=$url" > "$demo/.env")

pipeline=(run RUN="$demo/runs/$run" OUT="$demo/out" BUCKET="$bucket" PREFIX=demo ENV_FILE="$demo/.env")
say "fc-pipeline ${pipeline[*]}"
fc-pipeline "${pipeline[@]}"

say "The same again: nothing is left to do"
fc-pipeline "${pipeline[@]}"

say "What arrived"
node --no-warnings demo/store.js "$url" "$demo/.env" "$bucket" list

say "The tags of one vignette, fetched from the store"
node --no-warnings demo/store.js "$url" "$demo/.env" "$bucket" get "demo/${run}_0.tif" > "$demo/${run}_0.tif"
fc-exif --read "$demo/${run}_0.tif" | node -e '
  for (const [tag, value] of Object.entries(JSON.parse(require("fs").readFileSync(0, "utf8"))))
    if (tag !== "UserComment") console.log(`${tag.padEnd(24)} ${typeof value === "string" ? value : JSON.stringify(value)}`);'

targets=$(echo "$demo"/out/*)
say "Where everything is"
cat << END
the run          $demo/runs/$run/
its particles    $targets/metadata.csv
its images       $targets/vignettes.tar
what was stored  $targets/receipts.ndjson, and s3_upload_complete.txt once all was
the store        $demo/store/
END
