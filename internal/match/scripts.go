package match

import "strings"

// letters replaces letters of other scripts by Latin ones, simplified to what sound
// keeps. Sources: Arabic, BGN/PCGN 1956; Urdu, BGN/PCGN 2007; Cyrillic, BGN/PCGN 1947
// (Russian) and 1965 (Ukrainian); Greek, ELOT 743 (ISO 843); Bengali, ISO 15919 without
// the vowel that stands with every consonant. Marks have been taken away before, so that
// the letters with hamza, the Cyrillic short i and the accented Greek vowels are here
// without them. Longer ones come first.
var letters = strings.NewReplacer(
	// Latin letters that no decomposition makes plain.
	"ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "ə", "a", "ŋ",
	"n", "ħ", "h",

	// Arabic, with the letters of Persian and Urdu.
	"ا", "a", "ب", "b", "ت", "t", "ث", "th", "ج", "j", "ح", "h", "خ", "kh", "د", "d", "ذ", "dh", "ر", "r", "ز",
	"z", "س", "s",
	"ش", "sh", "ص", "s", "ض", "d", "ط", "t", "ظ", "z", "ع", "a", "غ", "gh", "ف", "f", "ق", "q", "ك", "k", "ل",
	"l", "م", "m",
	"ن", "n", "ه", "h", "و", "w", "ي", "y", "ة", "h", "ى", "a", "ء", "", "ٱ", "a", "ـ", "",
	"پ", "p", "چ", "ch", "ژ", "zh", "گ", "g", "ک", "k", "ی", "y", "ے", "e", "ٹ", "t", "ڈ", "d", "ڑ", "r", "ں", "n", "ہ",
	"h", "ھ", "h", "ۃ", "h",

	// Cyrillic.
	"щ", "shch", "ж", "zh", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "ю", "yu", "я", "ya", "є", "ye",
	"а", "a", "б", "b", "в", "v", "г", "g", "ґ", "g", "д", "d", "е", "e", "з", "z", "и", "i", "і", "i", "к", "k", "л",
	"l", "м", "m",
	"н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "ъ", "", "ы", "y", "ь", "", "э", "e",

	// Greek.
	"μπ", "b", "ντ", "nt", "γκ", "gk", "γγ", "ng", "γχ", "nch", "ου", "ou", "αυ", "av", "ευ", "ev",
	"α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "θ", "th", "ι", "i", "κ", "k", "λ",
	"l", "μ", "m",
	"ν", "n", "ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "ς", "s", "τ", "t", "υ", "y", "φ", "f", "χ", "ch", "ψ",
	"ps", "ω", "o",

	// Bengali. What has a dot below comes apart into letter and dot.
	"\u09af\u09bc", "y", "\u09a1\u09bc", "r", "\u09a2\u09bc", "r",
	"ক", "k", "খ", "kh", "গ", "g", "ঘ", "gh", "ঙ", "ng", "চ", "ch", "ছ", "ch", "জ", "j", "ঝ", "j", "ঞ", "n", "ট",
	"t", "ঠ", "th",
	"ড", "d", "ঢ", "dh", "ণ", "n", "ত", "t", "থ", "th", "দ", "d", "ধ", "dh", "ন", "n", "প", "p", "ফ", "ph", "ব",
	"b", "ভ", "b",
	"ম", "m", "য", "j", "র", "r", "ল", "l", "শ", "sh", "ষ", "sh", "স", "s", "হ", "h", "ৎ", "t", "ং", "ng", "ঃ",
	"", "ঁ", "",
	"অ", "a", "আ", "a", "ই", "i", "ঈ", "i", "উ", "u", "ঊ", "u", "ঋ", "ri", "এ", "e", "ঐ", "oi", "ও", "o", "ঔ", "ou",
	"া", "a", "ি", "i", "ী", "i", "ু", "u", "ূ", "u", "ৃ", "ri", "ে", "e", "ৈ", "oi", "ো", "o", "ৌ", "ou", "\u09d7", "u",
	"্", "", "়", "",
)
