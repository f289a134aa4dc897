package field

import (
	"slices"
	"strings"
	"unicode"
)

// mostTicks is how many questions of one step about a person may be ticked or not.
const mostTicks = 2

// ticksOf counts the questions that are ticked or not, over parts and all pages of a step.
func ticksOf(fields []Field) (n int) {
	for _, f := range fields {
		if f.ticks() {
			n++
		}
		n += ticksOf(f.Fields)
	}
	return n
}

// ticks says that a question is ticked or not, whatever it is called: "seen, not seen,
// not known" is one of two ways and a way of not answering.
func (f Field) ticks() bool {
	if f.Kind != Choice {
		return f.Kind == YesNo || f.Kind == Choices
	}
	ways := 0
	for _, o := range f.Choices {
		if !o.Ended && !unknown(o) {
			ways++
		}
	}
	return ways <= 2
}

// unknown says whether an option is a way of not answering.
func unknown(o Option) bool {
	words := " " + strings.Join(append(wordsOf(o.ID), wordsOf(o.Label)...), " ") + " "
	return slices.ContainsFunc([]string{"unknown", "not known", "do not know", "don t know", "dont know", "unsure",
		"not sure", "cannot say", "cannot tell",
		"not applicable", "not asked", "not seen yet", "n a", "maybe", "perhaps", "undecided", "unclear"},
		func(x string) bool { return strings.Contains(words, " "+x+" ") })
}

// asScale says why a question could rank a person, or "".
func (f Field) asScale() string {
	if f.Kind == Whole {
		return "asks for a number about a person: ask in words"
	}
	var labels, names []string
	for _, o := range f.Choices {
		labels = append(labels, o.Label)
		if len(o.ID) > 1 { // "a" and "b" name what their labels say
			names = append(names, o.ID)
		}
	}
	if Scale(labels...) || Scale(names...) {
		return "offers choices in an order, which would rank a person: ask in words"
	}
	return ""
}

// families are words that, two or more of them on as many labels, put what they name in
// an order, whatever the order is called. What they cannot know stands in decision 0104.
var families = []map[string]bool{
	wordSet("low lower lowest medium middle moderate moderately high higher highest highly severe severely mild mildly " +
		"minor major critical weak weaker strong " +
		"stronger slight slightly significant significantly substantial substantially extreme extremely serious seriously " +
		"grave very fairly quite somewhat " +
		"bit little considerable considerably elevated raised acute standard enhanced intensive increased increasing " +
		"decreasing reduced stable"),
	wordSet("red amber green yellow orange blue black white purple grey"),
	wordSet("none some few several many most never rarely seldom occasionally sometimes often frequently usually " +
		"always constantly"),
	wordSet("impossible improbable unlikely doubtful possible possibly plausible probable probably likely certain " +
		"certainly definite definitely"),
	wordSet("better worse best worst good bad poor fair excellent less least more"),
	wordSet("agree disagree neutral neither"),
	wordSet("bronze silver gold platinum small large larger smaller"),
}

// numbers are words for places in an order, by which a short label is a step of one.
var numbers = wordSet("zero one two three four five six seven eight nine ten first second third fourth fifth " +
	"primary secondary tertiary " +
	"1st 2nd 3rd 4th 5th i ii iii iv v vi vii viii ix x alpha beta gamma delta")

func wordSet(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// Scale says whether labels, read side by side, put what they name in an order: levels,
// grades, colours, likelihoods, numbers, letters, or signs without any word.
func Scale(labels ...string) bool {
	found := make([]map[string]bool, len(families)+1)
	for i := range found {
		found[i] = map[string]bool{}
	}
	for _, label := range labels {
		words := wordsOf(label)
		if len(words) == 0 && label != "" {
			return true // stars, faces
		}
		for i, word := range words {
			for n, family := range families {
				if family[word] {
					found[n][word] = true
				}
			}
			if place(words, i) {
				found[len(families)][word] = true
			}
		}
	}
	// one word in several labels is no order
	return slices.ContainsFunc(found, func(x map[string]bool) bool { return len(x) > 1 })
}

// place says whether a word of a label is its place in an order: "Grade B", "Tier 2",
// "P1", "3: seen often". The number of an article of law, in a longer label, is none.
func place(words []string, i int) bool {
	word := words[i]
	short := len(words) <= 2
	switch {
	case strings.Trim(word, "0123456789") == "":
		return short || i == 0 && len(words[1]) > 1
	case len(word) == 1:
		return short && (len(words) == 1 || i == 1 || word != "a" && word != "i") // "a patient"
	case len(word) <= 4 && strings.Trim(word[1:], "0123456789") == "":
		return short
	}
	return numbers[word] && len(words) <= 4
}

// wordsOf are the words of a label or a name, in small letters.
func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
