#!/usr/bin/env bash
# Installs the engines that benchmarks/peers.py and benchmarks/crowd.py compare with into .mio/peers and prepares their graphs of Porto.
# What is there stays.
# Needs Python 3.12 (PYTHON312=...), Maven and Java 17; an engine that cannot be set up is named, and the benchmark calls it missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
HERE=benchmarks/peers
HOME_OF_PEERS=$PWD/.mio/peers
EXTRACT=$(realpath "${MIO_TEST_DATA:-../shared/data}/osm/porto_portugal.osm.pbf")
mkdir -p "$HOME_OF_PEERS"

find_python() {
  for each in "${PYTHON312:-}" python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python; do
    if [[ -n $each ]] && "$each" -c '' 2>/dev/null; then echo "$each"; return; fi
  done
  echo "no Python 3.12: name one by PYTHON312=/path/to/python" >&2
  return 1
}

wheels() {
  local venv=$HOME_OF_PEERS/venv
  [[ -x $venv/bin/python ]] || "$(find_python)" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$HERE/requirements.txt"
}

osrm() {  # algorithm: ch | mld
  local package folder=$HOME_OF_PEERS/osrm
  package=$(dirname "$("$HOME_OF_PEERS/venv/bin/python" -c 'import osrm; print(osrm.__file__)')")
  mkdir -p "$folder"
  [[ -f $folder/$1.ready ]] && return
  cp -f "$EXTRACT" "$folder/$1.osm.pbf"
  "$package/bin/osrm-extract" -t 1 -p "$package/share/profiles/foot.lua" "$folder/$1.osm.pbf" >/dev/null
  if [[ $1 == ch ]]; then
    "$package/bin/osrm-contract" -t 1 "$folder/ch.osrm" >/dev/null
  else
    "$package/bin/osrm-partition" -t 1 "$folder/mld.osrm" >/dev/null
    "$package/bin/osrm-customize" -t 1 "$folder/mld.osrm" >/dev/null
  fi
  touch "$folder/$1.ready"
}

valhalla() {
  local folder=$HOME_OF_PEERS/valhalla venv=$HOME_OF_PEERS/venv
  [[ -f $folder/ready ]] && return
  mkdir -p "$folder/tiles"
  "$venv/bin/python" - "$folder" <<'PYTHON'
import json, pathlib, sys, valhalla
folder = pathlib.Path(sys.argv[1])
config = valhalla.get_config(tile_dir=str(folder / "tiles"), tile_extract="", verbose=False)
config["service_limits"]["pedestrian"] |= {"max_locations": 300, "max_matrix_location_pairs": 100_000}
(folder / "valhalla.json").write_text(json.dumps(config))
PYTHON
  PATH="$venv/bin:$PATH" "$venv/bin/python" -m valhalla valhalla_build_tiles \
    -c "$folder/valhalla.json" -j 1 "$EXTRACT" >"$folder/build.log" 2>&1
  touch "$folder/ready"
}

java_peer() {  # graphhopper | kafka-streams
  mvn -q -B -Dstyle.color=never -f "$HERE/$1/pom.xml" -Dpeers.home="$HOME_OF_PEERS/$1" compile dependency:copy-dependencies
}

missing=()
for step in wheels "osrm mld" "osrm ch" valhalla "java_peer graphhopper" "java_peer kafka-streams"; do
  echo "peers: $step ..."
  # a shell of its own, so that one step's failure ends that step only
  if ! bash -euo pipefail -c "$(declare -f); HERE='$HERE' HOME_OF_PEERS='$HOME_OF_PEERS' EXTRACT='$EXTRACT'; $step"; then
    missing+=("$step")
  fi
done
if ((${#missing[@]})); then echo "peers: not set up: ${missing[*]}" >&2; exit 1; fi
echo "peers: ready in $HOME_OF_PEERS"
