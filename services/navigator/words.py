"""The navigator's sentences: one catalogue of Fluent files. A key and its arguments go out too, for other languages."""

from functools import cache, lru_cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

FOLDER = Path(__file__).with_name("messages")
LOCALES = {"ja": "ja", "ja-easy": "ja", "en": "en", "zh": "zh", "ko": "ko", "vi": "vi"}
"""Our languages, and whose rules for numbers and plurals each follows."""
KEPT_SENTENCES = 65_536

Argument = str | int | tuple[str, ...]


@cache
def _bundle(language: str) -> FluentBundle:
    bundle = FluentBundle(
        [LOCALES[language]], use_isolating=False
    )  # plain text: no marks for mixed directions
    text = (FOLDER / f"{language}.ftl").read_text(encoding="utf-8")
    bundle.add_resource(FluentResource(text))
    return bundle


def say(key: str, language: str, **arguments: Argument) -> str:
    """One sentence. Hazards, directions and what is unknown are translated among the arguments, names of sources are not; a street without a name gets a word.

    Raises:
        LookupError: there is no such sentence, or an argument is missing.
    """
    return _say(key, language, tuple(sorted(arguments.items())) if arguments else ())


@lru_cache(KEPT_SENTENCES)
def _say(key: str, language: str, arguments: tuple[tuple[str, Argument], ...]) -> str:
    bundle = _bundle(language)
    spoken = {name: _spoken(name, value, language) for name, value in arguments}
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise LookupError(f"{language}.ftl, {key}: has no text")
    text, errors = bundle.format_pattern(pattern, spoken)
    if errors:
        raise LookupError(f"{language}.ftl, {key}: {errors[0]}")
    return str(text)


def _spoken(name: str, value: Argument, language: str) -> str | int:
    if isinstance(value, tuple) and name == "sources":
        return _say("list-separator", language, ()).join(value)
    if isinstance(value, tuple):
        kind = "unknown" if name == "what" else "hazard"
        return _say("list-separator", language, ()).join(_say(f"{kind}-{v}", language, ()) for v in value)
    if name == "direction":
        return _say(f"direction-{value}", language, ())
    if name == "street" and not value:
        return _say("street-unnamed", language, ())
    return value
