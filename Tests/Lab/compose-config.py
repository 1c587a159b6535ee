#!/usr/bin/env python3
"""compose-config.py FILE [--no-fold] [--print] : does Docker Compose v2 accept FILE?

Duplicate merge keys (`<<: *a` and `<<: *b` in one mapping) are folded into one list first, since
Compose from 2.17 on rejects them. Where they were accepted the last one won; in a list the first
wins; so the order is turned around: `<<: [*b, *a]`.

The fold is mechanical and knows lines, not YAML: it stands on its own, apart from the tool's code
that it is used to check. It takes block mappings with the `<<` keys of one mapping at one indent.

Exits 0 when Compose accepts the file, 1 when it does not, 2 when the check could not be made.
"""

import os
import re
import subprocess
import sys
import tempfile

MERGE_KEY = re.compile(r"^( *)<<: *(.*?)( *(?: #.*)?)$")
TIME_LIMIT_SECONDS = 20


def aliases(value):
    """The aliases of a merge value, `*a` or `[*a, *b]`, in their order; None for another form."""
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return [item.strip() for item in value[1:-1].split(",")]
    return [value] if value.startswith("*") else None


def fold(text):
    """`text` with the duplicate merge keys of each mapping folded; and how many were folded away."""
    lines = text.split("\n")
    open_mappings = []  # (indent, line of its first merge key), the innermost mapping last
    folded = []
    for number, line in enumerate(lines):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        indent = len(line) - len(line.lstrip(" "))
        while open_mappings and open_mappings[-1][0] > indent:
            open_mappings.pop()
        if content.startswith("- "):
            # A new item of a sequence ends the mapping of the item before.
            while open_mappings and open_mappings[-1][0] >= indent + 2:
                open_mappings.pop()
        match = MERGE_KEY.match(line)
        if not match:
            continue
        if not open_mappings or open_mappings[-1][0] < indent:
            open_mappings.append((indent, number))
            continue
        first = open_mappings[-1][1]
        earlier = MERGE_KEY.match(lines[first])
        left, right = aliases(earlier.group(2)), aliases(match.group(2))
        if left is None or right is None:
            raise ValueError(f"line {number + 1}: merge keys of this form cannot be folded by line")
        lines[first] = f"{earlier.group(1)}<<: [{', '.join(right + left)}]{earlier.group(3)}"
        folded.append(number)
    kept = [line for number, line in enumerate(lines) if number not in set(folded)]
    return "\n".join(kept), len(folded)


def compose_config(path, directory):
    """Runs `config --quiet`: the exit status, and what Compose said."""
    here = os.path.dirname(os.path.abspath(__file__))
    binary = subprocess.run(
        [os.path.join(here, "compose-binary.sh")], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()
    # 2.40.3 can hang on a hostile file: never without a time limit.
    run = subprocess.run(
        [binary, "--project-directory", directory, "-f", path, "config", "--quiet"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIME_LIMIT_SECONDS,
    )
    said = [line for line in run.stdout.splitlines() if "level=warning" not in line]
    return run.returncode, "\n".join(said)


def main(arguments):
    options = {argument for argument in arguments if argument.startswith("--")}
    files = [argument for argument in arguments if not argument.startswith("--")]
    if len(files) != 1 or options - {"--no-fold", "--print"}:
        print(__doc__.split("\n", 1)[0], file=sys.stderr)
        return 2
    path = files[0]
    try:
        # newline="": a file with CRLF stays one.
        with open(path, encoding="utf-8", newline="") as source:
            text = source.read()
        count = 0
        if "--no-fold" not in options:
            text, count = fold(text)
        if "--print" in options:
            sys.stdout.write(text)
            return 0
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8", newline="") as copy:
            copy.write(text)
            copy.flush()
            status, said = compose_config(copy.name, os.path.dirname(os.path.abspath(path)))
    except subprocess.TimeoutExpired:
        print(f"{path}: Compose did not answer in {TIME_LIMIT_SECONDS} s", file=sys.stderr)
        return 2
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 2
    if said:
        print(said, file=sys.stderr)
    verdict = "accepted" if status == 0 else f"rejected, exit {status}"
    print(f"{path}: {count} duplicate merge keys folded; Compose v2: {verdict}")
    return 0 if status == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
