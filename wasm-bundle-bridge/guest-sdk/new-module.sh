#!/bin/sh
# Makes a folder with a new module that builds and passes its own test:
#   new-module.sh NAME --lang rust|c|as|java [--world processor|driver] [--dir FOLDER]
# NAME is in lower case with hyphens, for example flow-limiter; FOLDER is NAME in the current folder unless told otherwise.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
usage="usage: module new NAME --lang rust|c|as|java [--world processor|driver] [--dir FOLDER]"

fail() {
    echo "module new: $1" >&2
    exit 1
}

name= lang= dir= world=processor
while [ $# -gt 0 ]; do
    case $1 in
    --lang) [ $# -ge 2 ] || fail "--lang needs one of rust, c, as, java"; lang=$2; shift 2 ;;
    --world) [ $# -ge 2 ] || fail "--world needs one of processor, driver"; world=$2; shift 2 ;;
    --dir) [ $# -ge 2 ] || fail "--dir needs a folder"; dir=$2; shift 2 ;;
    -h | --help) echo "$usage"; exit 0 ;;
    -*) fail "unknown option $1; $usage" ;;
    *) [ -z "$name" ] || fail "one name only, got '$name' and '$1'; $usage"; name=$1; shift ;;
    esac
done
[ -n "$name" ] || fail "a name is missing; $usage"
case $name in
*[!a-z0-9-]* | [!a-z]* | *- | *--*)
    fail "'$name' is no module name: use lower-case letters, digits and single hyphens, starting with a letter, e.g. flow-limiter" ;;
esac
case $name in processor | decoder | driver) fail "'$name' is a word of the SDK; choose another name" ;; esac
[ ${#name} -le 50 ] || fail "'$name' has ${#name} characters, more than 50"
[ -n "$lang" ] || fail "the language is missing; $usage"
case $lang in
rust) build='sh build.sh' out=build pages=16 source=src/lib.rs sdk=src/bascule/ ;;
c) build='sh build.sh' out=build pages=16 source=module.c sdk=bascule.h ;;
as) build='npm install && npm run build' out=build pages=16 ;;
java) build='./mvnw package' out=target pages=160 ;;
*) fail "unknown language '$lang'; there are rust, c, as (AssemblyScript) and java" ;;
esac
case $world in
processor) templates=$lang ;;
driver)
    [ -d "$here/templates/$lang-driver" ] || fail "there are templates of a driver in rust and c; $lang has one of a processor only"
    # What differs lies over what is the same.
    templates="$lang driver $lang-driver"
    ;;
*) fail "unknown world '$world'; there are processor and driver" ;;
esac
[ -n "$dir" ] || dir=$name
[ ! -e "$dir" ] || fail "$dir is there already; give another --dir, or move it away"
mkdir -p "$(dirname "$dir")" && mkdir "$dir" || fail "cannot make the folder $dir"

type=$(printf %s "$name" | awk -F- '{ for (i = 1; i <= NF; i++) printf "%s%s", toupper(substr($i, 1, 1)), substr($i, 2); print "Module" }')

for template in $templates; do
    (cd "$here/templates/$template" && find . -type f) | while IFS= read -r file; do
        to=$dir/$(printf %s "$file" | sed "s/@TYPE@/$type/; s|/gitignore\$|/.gitignore|")
        mkdir -p "$(dirname "$to")"
        sed "s/@NAME@/$name/g; s/@TYPE@/$type/g; s/@PAGES@/$pages/g; s|@SOURCE@|${source:-}|g; s|@SDK@|${sdk:-}|g" "$here/templates/$template/$file" >"$to"
    done
done

# The SDK is copied in, so that the folder can be moved and kept without this checkout.
case $lang in
rust) cp -R "$here/rust/bascule" "$dir/src/bascule" ;;
c) cp "$here/c/bascule.h" "$dir/" ;;
as) cp "$here/assemblyscript/bascule.ts" "$here/assemblyscript/add-metadata.mjs" "$dir/" ;;
java)
    mkdir -p "$dir/src/main/java/io/bascule" "$dir/tool" "$dir/.mvn/wrapper"
    cp -R "$here/java/src/main/java/io/bascule/guest" "$dir/src/main/java/io/bascule/guest"
    cp "$here/java/tool/AddMetadata.java" "$dir/tool/"
    cp "$root/mvnw" "$dir/mvnw"
    cp "$root/.mvn/wrapper/maven-wrapper.properties" "$dir/.mvn/wrapper/"
    chmod +x "$dir/mvnw"
    ;;
esac
[ ! -f "$dir/build.sh" ] || chmod +x "$dir/build.sh"

cat <<END
Made $dir. Build it:
    cd $dir && $build
END
if [ "$world" = driver ]; then
    echo "Run it: put the address of your device into $dir/deployment.json, then in the shell of a running gateway:"
    echo "    bascule:deploy $(cd "$dir" && pwd)/deployment.json"
else
    echo "Run it: copy $out/$name-0.1.0.wasm into the deploy/ folder of a running gateway."
fi
