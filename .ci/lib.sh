# Sourced by .ci/run and .ci/nightly: runs checks, records which failed, and installs what they need.
# shellcheck shell=bash
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export NO_COLOR=1
failed=()
times=()

# check NAME COMMAND…: runs the command and records the name when it fails.
check() {
  local name=$1
  shift
  printf '\n=== %s\n' "$name"
  local started=$SECONDS
  local result=ok
  "$@" || { result=FAILED && failed+=("$name"); }
  local line
  line=$(printf '%s: %s (%ss)' "$name" $result $((SECONDS - started)))
  printf '=== %s\n' "$line"
  times+=("$line")
}

# Ends the script: lists the times, then the failed checks, and exits with 1 when there are any.
report() {
  printf '\n'
  printf '%s\n' "${times[@]}" "all: $((SECONDS / 60)) minutes"
  if [ ${#failed[@]} -gt 0 ]; then
    printf '\nFAILED: %s\n' "${failed[@]}"
    exit 1
  fi
  printf '\nevery check passed\n'
}

apt_install() {
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null
}

need_redis() { command -v redis-server >/dev/null || apt_install redis-server; }

need_nginx() { command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || apt_install nginx; }
need_chromium() { command -v chromium >/dev/null || apt_install chromium; }

need_systemd() { command -v systemd-analyze >/dev/null || apt_install systemd; }

need_postgres() { ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || apt_install postgresql; }

need_prometheus() {
  { command -v promtool && command -v amtool; } >/dev/null || apt_install prometheus prometheus-alertmanager
}

need_python() { python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv; }

# on_node VERSION [PART]: build, unit and end-to-end tests with another version of Node, without those of random inputs. PART, such
# as 1/2, runs a part of the files.
on_node() {
  local home status
  home=$(mktemp -d) && npm install --prefix "$home" --no-audit --no-fund --silent "node@$1" || return 1
  PATH="$home/node_modules/node/bin:$PATH" SHARD=${2:-1/1} bash -c \
    'node --version && npm run --silent build && npx jest --shard "$SHARD" --testPathIgnorePatterns test/contract test/e2e/fuzz test/e2e/mirror-model test/e2e/hints-property'
  status=$?
  rm -rf "$home"
  return $status
}
