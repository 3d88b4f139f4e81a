#!/usr/bin/env python3
"""A second implementation of find_emails, find_cards, find_ibans and find_phones, written from the
words of vm/README.md alone and plainly, without care for speed. Makes random texts, lets
`writ run` find in them, and exits with 1 at the first difference.

usage: find_reference.py SEED README FLOW.wf
"""
import json
import random
import re
import subprocess
import sys

SPACES = " \u00a0\u202f"
HYPHENS = "-\u2010\u2011\u2013"
MOST = 50


def letter(c):
    return c.isascii() and c.isalpha()


def digit(c):
    return c.isascii() and c.isdigit()


def before(t, i, n=1):
    return t[i - n] if i >= n else ""


def after_digit(t, i, marks):
    return before(t, i) != "" and before(t, i) in marks and digit(before(t, i, 2))


def size(t):
    return len(t.encode())


# ---- addresses ----


def domain_end(t, start):
    end = None
    label = start
    while True:
        letters = label
        while letters < len(t) and letter(t[letters]):
            letters += 1
        rest = letters
        while rest < len(t) and (letter(t[rest]) or digit(t[rest]) or t[rest] in "-_" or ord(t[rest]) >= 128):
            rest += 1
        if label > start and 2 <= letters - label <= 63 and size(t[start:letters]) <= 189:
            end = letters
        if rest == label or size(t[label:rest]) > 63 or t[rest : rest + 1] != ".":
            return end
        label = rest + 1


def emails(t):
    found, free = [], 0
    for at in [i for i, c in enumerate(t) if c == "@"]:
        if at < free:
            continue
        begin = at
        while begin > free and at - begin < 64 and (
            letter(t[begin - 1]) or digit(t[begin - 1]) or t[begin - 1] in "!#$%&'*+-.^_~"
        ):
            begin -= 1
        while begin < at and not (letter(t[begin]) or digit(t[begin]) or t[begin] == "_"):
            begin += 1
        end = domain_end(t, at + 1) if begin < at else None
        if end is not None:
            found.append(t[begin:end])
            free = end
    return found


# ---- cards ----


def card_rows(page):
    rows = []
    for first, lens in re.findall(r"`?((?:\d{4}(?:–\d{4})?(?:, )?)+): ([\d–, ]+)`", page):
        allowed = set()
        for part in lens.split(", "):
            lo, _, hi = part.partition("–")
            allowed |= set(range(int(lo), int(hi or lo) + 1))
        for part in first.split(", "):
            lo, _, hi = part.partition("–")
            rows.append((int(lo), int(hi or lo), allowed))
    return rows


def luhn(digits):
    total = 0
    for place, c in enumerate(reversed(digits)):
        total += int(c) if place % 2 == 0 else sum(divmod(2 * int(c), 10))
    return total % 10 == 0


def card_at(t, i, rows):
    if not digit(t[i]) or digit(before(t, i)) or after_digit(t, i, "."):
        return None
    best = None
    for gaps in SPACES, HYPHENS:
        digits, at = "", i
        while True:
            group = re.match("[0-9]+", t[at:])
            if group is None or len(group[0]) < 3 or len(digits + group[0]) > 19:
                break
            digits, at = digits + group[0], at + len(group[0])
            given = any(lo <= int(digits[:4]) <= hi and len(digits) in lens for lo, hi, lens in rows)
            if len(digits) >= 13 and given and luhn(digits):
                best = max(best or 0, at)
            if at == len(t) or t[at] not in gaps:
                break
            at += 1
    return best


# ---- accounts ----


def iban_at(t, i, countries):
    head = t[i : i + 4]
    if not (len(head) == 4 and letter(head[0]) and letter(head[1]) and digit(head[2]) and digit(head[3])):
        return None
    if letter(before(t, i)) or digit(before(t, i)):
        return None
    chars, at = "", i
    while len(chars) < countries.get(head[:2].upper(), 0):
        if chars != "" and len(chars) % 4 == 0 and at < len(t) and t[at] in SPACES:
            at += 1
        if at == len(t) or not (letter(t[at]) or digit(t[at])):
            return None
        chars, at = chars + t[at].upper(), at + 1
    if chars == "" or (at < len(t) and (letter(t[at]) or digit(t[at]))):
        return None
    number = "".join(str(int(c, 36)) for c in chars[4:] + chars[:4])
    return at if int(number) % 97 == 1 else None


# ---- telephones ----


def holds(plus, groups, bracket):
    digits = "".join(groups)
    if plus:
        return digits[0] != "0" and 8 <= len(digits) <= 15
    if digits[:2] == "00":
        return digits[2:3] not in ("", "0") and 8 <= len(digits) - 2 <= 15
    if digits[0] == "0":
        return 9 <= len(digits) <= 12 and (len(groups[0]) >= 2 or bracket)
    rest = groups[1:] if groups[0] == "1" else groups
    return [len(g) for g in rest] == [3, 3, 4] and rest[0][0] >= "2" and rest[1][0] >= "2"


def may_end(t, at):
    follows = t[at : at + 1]
    if follows != "" and letter(follows) and follows not in "xX":
        return False
    return re.match(r"[.,][0-9]{1,2}(?![0-9])", t[at:]) is None


def phone_at(t, i):
    plus = t[i] == "+"
    if not (plus or t[i] == "(" or digit(t[i])) or digit(before(t, i)) or before(t, i) == "+":
        return None
    if after_digit(t, i, ".-/:") or (digit(t[i]) and before(t, i) != "" and letter(before(t, i))):
        return None
    groups, marked, ends, had_bracket, at = [], [], [], False, i + plus
    while True:
        group = re.match(r"([0-9]+)|\(([0-9]{1,5})\)", t[at:])
        if group is None or (group[2] and (had_bracket or (plus and not groups))):
            break
        if len("".join(groups)) + len(group[1] or group[2]) > 17:
            break
        at += len(group[0])
        if size(t[i:at]) > 48:
            break
        groups.append(group[1] or group[2])
        had_bracket = had_bracket or group[2] is not None
        ends.append((at, list(groups), had_bracket))
        gap = re.match(f"([{SPACES}]?[{HYPHENS}./][{SPACES}]?)|[{SPACES}]", t[at:])
        if gap is None and not group[2] and t[at : at + 1] != "(":
            break
        marked.append(gap is not None and gap[1] is not None)
        at += len(gap[0]) if gap else 0
    sizes = [len(g) for g in groups]
    if not plus and marked[:2] == [True, True]:
        if sizes[:3] == [2, 2, 4] or (sizes[:3] == [2, 2, 2] and len(sizes) > 3 and not marked[2]):
            return None
    good = [at for at, some, bracket in ends if holds(plus, some, bracket) and may_end(t, at)]
    return good[-1] if good else None


# ---- comparing ----


def walk(t, match_at):
    found, i = [], 0
    while i < len(t):
        end = match_at(t, i)
        if end is not None:
            found.append(t[i:end])
        i = end or i + 1
    return found


PIECES = """@ a b. cc 4111 1111 1 - - + ( ) 0 DE89370400440532013000 DE89 3704 0044 0532 0130 00 NO93
    no9386011117947 8601 1117 947 / . , x : _ ä 49 212 555 0123 01 02 2024 30 171 1234567 030 800 6789
    4242424242424242 378282246310005 a@b.cc (030) (0) +49""".split() + [
    " ", " ", " ", "\u00a0", "\u202f", "\u2013", "\u2011", "+49 171 1234567", "DE89 3704 0044 0532 0130 00",
    "NO93 8601\u00a01117 947", "4111 1111 1111 1111",
]  # fmt: skip


def main():
    seed, page_name, flow = sys.argv[1:]
    with open(page_name, encoding="utf-8") as file:
        page = file.read()
    countries = {c[:2]: int(c[2:]) for c in re.search("`(AD24 [^`]*)`", page)[1].split()}
    rows = card_rows(page)
    assert len(countries) == 89 and len(rows) == 15
    rng = random.Random(int(seed))
    texts = ["".join(rng.choices(PIECES, k=rng.randint(1, 24))) for _ in range(2000)]
    ran = subprocess.run(
        ["writ", "run", flow, "--input", "-"],
        input=json.dumps({"texts": texts}),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    wanted = {
        "emails": emails,
        "cards": lambda t: walk(t, lambda t, i: card_at(t, i, rows)),
        "ibans": lambda t: walk(t, lambda t, i: iban_at(t, i, countries)),
        "phones": lambda t: walk(t, phone_at),
    }
    total = dict.fromkeys(wanted, 0)
    for t, got in zip(texts, json.loads(ran.stdout)["result"], strict=True):
        for kind, find in wanted.items():
            want = list(dict.fromkeys(find(t)))[:MOST]
            total[kind] += len(want)
            if want != got[kind]:
                sys.exit(f"{kind} in {t!r}: {got[kind]}, the page says {want}")
    print(total)


main()
