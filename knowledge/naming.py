"""Names as their owners write them, and the check that everything shown to readers does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.case import Case
from knowledge.errors import Problem
from knowledge.model import Entry

NAMES = (
    "Android", "BentoML", "Core ML", "CUDA", "DeepSpeed", "ExecuTorch", "FastAPI", "GitHub", "Google", "Hugging Face",
    "iOS", "JavaScript", "JAX", "Jupyter", "Keras", "KServe", "Linux", "LiteRT", "macOS", "MediaPipe", "MediaTek",
    "MLflow", "MLX", "MXNet", "NumPy", "NVIDIA", "ONNX", "OpenVINO", "OpenXLA", "PaddlePaddle", "PyTorch", "Qualcomm",
    "Raspberry Pi", "ROCm", "SavedModel", "scikit-learn", "TensorBoard", "TensorFlow", "TensorRT", "TorchScript",
    "TorchServe", "TorchTPU", "TypeScript", "vLLM", "WebGPU", "XLA",
)  # fmt: skip
"""How the names of the subject are written. All in lower case they are right as code and as packages."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|[ -]")
_ADDRESS = re.compile(r"https?://\S+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_OF_PACKAGES = re.compile(
    r"\b(?:install\w*|import\w*|packages?|pip|npm|PyPI|downloads?|wheels?|tags?)\b", re.IGNORECASE
)
_CODE_BEFORE = re.compile(r"[\w@./\\=_:`-]\Z")
_CODE_AFTER = re.compile(r"[_/\\=(`\[@]|[.:-]\w|\s\d+\.\d")


def _spread(name: str) -> str:
    return "[ -]?".join(re.escape(part) for part in _HUMP.split(name))


_ANY = re.compile("|".join(rf"(?<![^\W_])({_spread(name)})(?![^\W_])" for name in NAMES), re.IGNORECASE)


def names_are_written_right(case: Case) -> Iterator[Problem]:
    """In what readers see, names stand as their owners write them."""
    for entry in case.entries:
        for path, text in shown(entry):
            for wrong, right in misspelt(text):
                yield case.at(entry, path, f'writes "{wrong}"', f"write {right}", case.severity(entry))
    for key, source in case.loaded.knowledge.sources.items():
        for wrong, right in misspelt(source.title):
            yield case.at_source(key, "title", f'writes "{wrong}"', f"write {right}")
    vocabulary = case.vocabulary
    for term in (*vocabulary.frameworks, *vocabulary.tools):
        for name, text in (("name", term.name), ("note", term.note or "")):
            for wrong, right in misspelt(text):
                yield case.at_term(term, name, f'writes "{wrong}"', f"write {right}")


def shown(entry: Entry) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text of an entry that readers see, with its path."""
    yield ("title",), entry.title
    yield ("answer", "text"), entry.answer.text
    if entry.article is not None:
        yield ("article", "text"), entry.article.text
    for number, statement in enumerate(entry.since):
        yield ("since", number, "text"), statement.text
    for framework, cell in entry.cells.items():
        if cell.article is not None:
            yield ("cells", framework, "article"), cell.article
        yield ("cells", framework, "today", "text"), cell.today.text
    if entry.next_step is not None:
        yield ("next_step",), entry.next_step
    for key, source in entry.sources.items():
        yield ("sources", key, "title"), source.title


def misspelt(text: str) -> Iterator[tuple[str, str]]:
    """The names in `text` that are not written right, each with its right form.

    Code is passed over: what touches a dot, a slash and the like, and packages by their own names,
    which are followed by a version or stand in a sentence about packages.
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
