package match

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// notNames are words that stand with names and are none, in Latin letters: titles, particles, and
// what is written where nobody knows the name.
var notNames = strings.Fields(`mr mrs ms miss mx dr prof sir rev al el ul ur uz bin binti bint ibn van von der den
	de da do dos das del di la le du baby boy girl infant newborn twin mother father mum dad male female patient
	unknown unnamed anonymous known not`)

// word is a word of a name. Those that a hyphen joins are one name, and have one number.
type word struct {
	text string
	of   int
}

// words are the words of a name in small Latin letters without marks, at most mostWords.
func words(name string) []word {
	var out []word
	joined := func(r rune) bool { return (r < 'a' || r > 'z') && !unicode.Is(unicode.Pd, r) }
	for n, name := range strings.FieldsFunc(latin(name), joined) {
		for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) {
			if len(w) > 1 && !slices.Contains(notNames, w) {
				out = append(out, word{w, n})
			}
		}
	}
	if len(out) > mostWords { // the first, and the last ones: surnames come first or last
		out = append(out[:1:1], out[len(out)-mostWords+1:]...)
	}
	return out
}

// latin writes a name in small Latin letters: marks are taken away, then letters of
// other scripts are replaced. An apostrophe joins what stands around it.
func latin(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case strings.ContainsRune("'’‘ʼ`´", r):
		case unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Bengali, r):
		default:
			b.WriteRune(r)
		}
	}
	return letters.Replace(b.String())
}

// spelt are spellings of one sound, applied in this order; 1 is that of "sh".
var spelt = []struct{ from, to string }{
	{"x", "ks"}, {"mps", "ms"}, {"chr", "kr"}, {"tsch", "1"}, {"sch", "1"}, {"tch", "1"}, {"sh", "1"}, {"ch", "1"},
	{"ph", "f"}, {"ck", "k"}, {"kh", "k"}, {"qu", "k"}, {"q", "k"},
	{"ce", "se"}, {"ci", "si"}, {"cy", "sy"}, {"c", "k"},
	{"ge", "je"}, {"gi", "ji"}, {"gy", "jy"}, {"dj", "j"}, {"dzh", "j"},
}

// silent are beginnings of which the first letter is not heard.
var silent = []string{"kn", "gn", "wr", "ps"}

// sounds are all sounds of a word: two of what its letters may stand for are heard
// by some and not by others (Nowak, Novak; Dawood, Daoud; Mikhail, Mihail).
func sounds(word string) []string {
	out := []string{sound(word)}
	for _, as := range [][2]string{{"w", "v"}, {"kh", "h"}} {
		if s := sound(word[:1] + strings.ReplaceAll(word[1:], as[0], as[1])); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// sound is how a word of a name sounds, without what transliterations and ears
// disagree on: vowels but the first, h, w and y within, t or d, s or z, single or
// double. It is no code of anybody else's: Soundex takes four signs and puts far more
// names together, and keeps apart what begins with another letter.
func sound(word string) string {
	if strings.HasPrefix(word, "mac") && len(word) > 5 {
		word = "m" + word[2:]
	}
	for _, s := range silent {
		if strings.HasPrefix(word, s) {
			word = word[1:]
		}
	}
	if strings.HasPrefix(word, "ye") {
		word = word[1:]
	}
	if rest, ok := strings.CutPrefix(word, "gh"); ok {
		word = "g" + rest
	}
	for _, s := range spelt {
		word = strings.ReplaceAll(word, s.from, s.to)
	}
	word = strings.ReplaceAll(word, "gh", "")
	out := make([]byte, 0, len(word))
	var last byte
	for i := range len(word) {
		c := classOf(word[i], i == 0)
		if c != 0 && c != last {
			out = append(out, c)
		}
		last = c
	}
	return string(out)
}

// classOf is the sound of a letter; 0 for none.
func classOf(c byte, first bool) byte {
	switch {
	case strings.IndexByte("aeiou", c) >= 0:
		c = 'a'
	case c == 'w' && first:
		return 'v'
	}
	switch c {
	case 'd':
		return 't'
	case 'z':
		return 's'
	case 'v':
		if !first {
			return 'f'
		}
	case 'y':
		if first {
			return 'j'
		}
		return 0
	case 'a', 'h', 'w':
		if !first {
			return 0
		}
	}
	return c
}
