"""Checks of names: one meaning for each vocabulary name, only known ids, and names spelled as their owners do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.check_context import CheckContext
from knowledge.errors import Problem, did_you_mean
from knowledge.fields import FieldPath
from knowledge.folder import VOCABULARY
from knowledge.model import TERM_KINDS, Entry, Term, statements
from knowledge.text import normal_form

NAMES = (
    "Android", "BentoML", "Core ML", "CUDA", "DeepSpeed", "ExecuTorch", "FastAPI", "GitHub", "Google", "Hugging Face",
    "iOS", "JavaScript", "JAX", "Jupyter", "Keras", "KServe", "Linux", "LiteRT", "macOS", "MediaPipe", "MediaTek",
    "MLflow", "MLX", "MXNet", "NumPy", "NVIDIA", "ONNX", "OpenVINO", "OpenXLA", "PaddlePaddle", "PyTorch", "Qualcomm",
    "Raspberry Pi", "ROCm", "SavedModel", "scikit-learn", "TensorBoard", "TensorFlow", "TensorRT", "TorchScript",
    "TorchServe", "TorchTPU", "TypeScript", "vLLM", "WebGPU", "XLA",
)  # fmt: skip
"""The right spelling of the subject's names. All in lower case they are right as code and as package names."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|[ -]")
_ADDRESS = re.compile(r"https?://\S+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_OF_PACKAGES = re.compile(
    r"\b(?:install\w*|import\w*|packages?|pip|npm|PyPI|downloads?|wheels?|tags?)\b", re.IGNORECASE
)
_CODE_BEFORE = re.compile(r"[\w@./\\=_:`-]\Z")
_CODE_AFTER = re.compile(r"[_/\\=(`\[@]|[.:-]\w|\s\d+\.\d")
_PATTERNS = ("[ -]?".join(map(re.escape, _HUMP.split(name))) for name in NAMES)
_ANY = re.compile("|".join(rf"(?<![^\W_])({pattern})(?![^\W_])" for pattern in _PATTERNS), re.IGNORECASE)


def names_mean_one_term(context: CheckContext) -> Iterator[Problem]:
    """No name, alias, former name, misspelling or abbreviation means two terms; no id is used twice.

    No framework or tool is on the list of what belongs elsewhere; a concept may share a word with it.
    """
    owners: dict[str, Term] = {}
    ids: set[str] = set()
    for term in context.vocabulary.terms:
        if term.id in ids:
            yield context.at_term(term, "id", f'"{term.id}" is the id of two terms', "give one of them another id")
        ids.add(term.id)
        for field in ("name", "aliases", "former", "misspellings"):
            names = (term.name,) if field == "name" else getattr(term, field)
            for name in names:
                owner = owners.setdefault(normal_form(name), term)
                if owner is not term:
                    yield context.at_term(term, field, f'"{name}" also means {owner.id}', "leave it to one of the two")
    for short, long in context.vocabulary.abbreviations.items():
        named = owners.get(normal_form(short))
        if named is not None and owners.get(normal_form(long)) is not named:
            message = f'"{short}" is also an abbreviation, which is read as "{long}"'
            yield context.at_term(named, "aliases", message, "leave it to one of the two")
    for name in context.vocabulary.elsewhere:
        named = owners.get(normal_form(name))
        if named is not None and named not in context.vocabulary.concepts:
            message = f'"{name}" means {named.id}'
            place = context.loaded.registers[VOCABULARY][0]
            yield place.problem(("elsewhere",), message, "it is ours: take it off this list")


def ids_are_in_the_vocabulary(context: CheckContext) -> Iterator[Problem]:
    """The frameworks, cells and concepts that entries name, and what terms are part of, exist."""
    known = {kind: {term.id for term in getattr(context.vocabulary, kind)} for kind in TERM_KINDS}
    everything = set().union(*known.values())
    if not everything:
        return
    for entry in context.entries:
        named: list[tuple[FieldPath, str, str]]
        named = [(("frameworks", number), name, "frameworks") for number, name in enumerate(entry.frameworks)]
        named += [(("about", number), name, "concepts") for number, name in enumerate(entry.about)]
        named += [(("cells", name), name, "frameworks") for name in entry.cells]
        for path, name, kind in named:
            if name not in known[kind]:
                hint = did_you_mean(name, known[kind], f"add it to the vocabulary's {kind}")
                yield context.at(entry, path, f'"{name}" is not in the vocabulary', hint)
    for term in context.vocabulary.terms:
        for name in term.part_of:
            if name not in everything:
                hint = did_you_mean(name, everything, "name the id of a term")
                yield context.at_term(term, "part_of", f'"{name}" is not in the vocabulary', hint)


def topics_are_listed(context: CheckContext) -> Iterator[Problem]:
    """The topics that entries name are on the vocabulary's list, if it has one."""
    listed = context.vocabulary.topics
    for entry in context.entries if listed else ():
        if entry.topic is not None and entry.topic not in listed:
            hint = did_you_mean(entry.topic, listed, "add it to the vocabulary's topics")
            severity = context.severity(entry)
            yield context.at(entry, ("topic",), f'"{entry.topic}" is not among the topics', hint, severity)


def names_are_spelled_right(context: CheckContext) -> Iterator[Problem]:
    """In what readers see, names are spelled as their owners spell them."""
    for entry in context.entries:
        for path, text in shown(entry):
            for wrong, right in misspelt(text):
                yield context.at(entry, path, f'writes "{wrong}"', f"write {right}", context.severity(entry))
    for source, problem in context.sources():
        for wrong, right in misspelt(source.title):
            yield problem("title", f'writes "{wrong}"', f"write {right}")
    for term in (*context.vocabulary.frameworks, *context.vocabulary.tools):
        for name, text in (("name", term.name), ("note", term.note or "")):
            for wrong, right in misspelt(text):
                yield context.at_term(term, name, f'writes "{wrong}"', f"write {right}")


def shown(entry: Entry) -> Iterator[tuple[FieldPath, str]]:
    """Every text of an entry that readers see, with its path."""
    yield ("title",), entry.title
    for path, statement in statements(entry):
        yield (*path, "text"), statement.text
    if entry.article is not None:
        yield ("article", "text"), entry.article.text
    yield from ((("cells", name, "article"), cell.article) for name, cell in entry.cells.items() if cell.article)
    if entry.next_step is not None:
        yield ("next_step",), entry.next_step


def misspelt(text: str) -> Iterator[tuple[str, str]]:
    """The names in `text` that are spelled wrong, each with its right form.

    Code does not count: what touches a dot, a slash and the like, and package names, which are followed
    by a version or are in a sentence about packages.
    """
    for sentence in _SENTENCE.split(_ADDRESS.sub(" ", text)):
        of_packages = _OF_PACKAGES.search(sentence) is not None
        for found in _ANY.finditer(sentence):
            written, right = found.group(), NAMES[(found.lastindex or 1) - 1]
            if written != right and not (of_packages and written.islower()) and not _is_code(sentence, found):
                yield written, right


def _is_code(sentence: str, found: re.Match[str]) -> bool:
    before, after = sentence[: found.start()], sentence[found.end() :]
    if "_" in (before[-1:], after[:1]):
        return True
    touching = _CODE_BEFORE.search(before) is not None or _CODE_AFTER.match(after) is not None
    return touching and found.group().islower()
