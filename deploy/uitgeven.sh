#!/bin/sh
# Zet de publicatie van een werkmap klaar voor het dashboard: eerst het bestand, dan de verwijzing.
#
#   uitgeven.sh WERKMAP UITGIFTE
#
# Alleen de publicatie gaat mee, met de grenzen voor de kaart en de gebeurtenissen: geen magazijn,
# geen leveringen. Open sessies lopen door en tonen de nieuwe publicatie bij de eerstvolgende klik.
set -eu

if [ $# -ne 2 ] || [ ! -f "$1/release.json" ]; then
    echo "Gebruik: uitgeven.sh WERKMAP UITGIFTE; in WERKMAP staat release.json." >&2
    exit 2
fi
from=$1
to=$2
file=$(sed -n 's|.*"file": *"\(releases/[A-Za-z0-9._-]*\.duckdb\)".*|\1|p' "$from/release.json")
if [ -z "$file" ] || [ ! -f "$from/$file" ]; then
    echo "In $from/release.json staat geen publicatie die er is. Draai 'zichtlijn run' opnieuw." >&2
    exit 2
fi
mkdir -p "$to/releases"
cp "$from/$file" "$to/$file.half"
mv "$to/$file.half" "$to/$file"
for beside in grenzen.geojson gebeurtenissen.yaml; do
    if [ -f "$from/$beside" ]; then
        cp "$from/$beside" "$to/$beside.half"
        mv "$to/$beside.half" "$to/$beside"
    fi
done
cp "$from/release.json" "$to/release.json.half"
mv "$to/release.json.half" "$to/release.json"
echo "Uitgegeven: $file"
