"""Words that somebody else wrote, made safe to stand in Markdown: they are shown as they are, and mean nothing.

A backslash takes its meaning from a sign of Markdown's own syntax. Links without brackets (www., https:, a mail
address), emoji (:+1:), icons (:material/home:) and arrows (->) are found later, in what is left of the text: they are
cut in two by an element without content, which is not seen.
"""

import re
import unicodedata

MAX_LENGTH = 80  # letters
CUT = ":color[]{}"  # Streamlit makes an empty <span> of it

# Those of the last two brackets mean something only before a space, as in "1. one", or before none, as in ":red[one]".
_SIGNS = re.compile(r"[#$&*<=>\[\\\]^_`{|}~]|[-+.)](?!\S)|:(?!\s)")
# After a sign of these, or between www and its dot, the next letter belongs to another text.
_TO_BE_CUT = re.compile(r"(?<=[:@])(?=\S)|(?=@)|(?<=[<>~-])(?=[<>=-])|(?<=www)(?=\.)", re.IGNORECASE)
_JOINERS = "\u200c\u200d"  # of letters in Persian and Hindi, and of emoji


def plain(text: str, longest: int = MAX_LENGTH) -> str:
    """Markdown that shows a text as it is, on one line; what is beyond `longest` letters becomes "…".

    Spaces side by side become one. What is not seen but changes what is (control characters, the order of writing) is
    shown as U+FFFD.
    """
    text = " ".join(text[: 4 * longest].split())
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    text = "".join("\ufffd" if _is_hidden(letter) else letter for letter in text)
    return CUT.join(_SIGNS.sub(r"\\\g<0>", part) for part in _TO_BE_CUT.split(text))


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs") and letter not in _JOINERS
