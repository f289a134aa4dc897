// Package match answers one question, of a record that is worked on: is there one already
// that is about the same person? It is no search: nobody can ask it for a person, it gives
// no likeness, and what it finds is shown, the oldest first, to whoever works on the new record.
//
// It keeps true: two records match when a token of one equals a token of the other,
// which is a fact and nothing in between. Tokens are sealed with the record by whoever
// calls Of (package room); beside that they live in the memory of the program only, in an Index, for
// one organisation and compartment at a time, under a key that this process made for
// itself. Nothing here is written anywhere, so the database cannot show that two
// records are about one person. Erasing a record takes its tokens along.
package match

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"heed/internal/plain"
)

// Recipe is the version of how tokens are made. Tokens of another one are made anew
// when their record is next opened.
const Recipe = 1

// Person is what is known of somebody, as it was typed; every part may be empty.
type Person struct {
	Name   string `json:"name,omitempty"`   // in any script and any order
	Born   string `json:"born,omitempty"`   // day of birth; an age, or a year alone, says too little
	Number string `json:"number,omitempty"` // NHS number
}

// Token is a digest of something known of a person, of one size whatever it is.
type Token [16]byte

// Tokens are all tokens of a person, to be sealed with the record.
type Tokens struct {
	Recipe int
	All    []Token
}

// sealedTokens is Tokens as it is sealed: always of one size, so that it tells neither how much
// is known of the person nor how many words their name has. Almost nobody's are more than few;
// all that a name can make are less than many.
type sealedTokens struct {
	Recipe int    `json:"recipe"`
	Tokens []byte `json:"tokens"`
}

const (
	few  = 16
	many = 64
)

// MarshalJSON fills the places that are left with tokens of nobody.
func (t Tokens) MarshalJSON() ([]byte, error) {
	places := few
	if len(t.All) > few {
		places = many
	}
	b := make([]byte, 0, places*len(Token{}))
	for _, token := range t.All {
		b = append(b, token[:]...)
	}
	return json.Marshal(sealedTokens{t.Recipe, append(b, make([]byte, cap(b)-len(b))...)})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (t *Tokens) UnmarshalJSON(b []byte) error {
	var s sealedTokens
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if len(s.Tokens)%len(Token{}) != 0 {
		return errors.New("match: what is sealed are no tokens")
	}
	*t = Tokens{Recipe: s.Recipe, All: []Token{}}
	for one := range slices.Chunk(s.Tokens, len(Token{})) {
		if token := Token(one); token != (Token{}) {
			t.All = append(t.All, token)
		}
	}
	return nil
}

// mostWords is how many words of a name are looked at: two of them make a token.
const mostWords = 4

// Of makes a person's tokens: of the NHS number, and of the day of birth with the
// sounds of each two words of the name, in whichever order they stand. So a name that
// was swapped, spelt otherwise, written in another script or without its middle names
// gives a token in common, and a number that is missing takes none away. Neither a
// name without a day of birth nor a day with one name alone gives a token: too many
// people share these. Nor do two words that a hyphen joins: they are one name, which
// brothers and sisters born on one day share.
//
// The first of January is the day that is written down for people whose day of birth
// nobody knows. So many have it, of whom many share their names, that with it a name
// gives no token either: they are found by their number only, and never taken for
// somebody else.
func Of(p Person) Tokens {
	t := Tokens{Recipe: Recipe, All: []Token{}}
	if digits, fault := plain.NHSNumber(p.Number); fault == "" {
		t.All = append(t.All, tokenOf("number", digits))
	}
	born, ok := day(p.Born)
	if !ok || born.YearDay() == 1 {
		return t
	}
	names := words(p.Name)
	for i, first := range names {
		for _, second := range names[:i] {
			if first.of == second.of {
				continue // a double surname is one name: twins share it
			}
			for _, a := range sounds(first.text) {
				for _, b := range sounds(second.text) {
					t.add(tokenOf("name", born.Format(time.DateOnly), min(a, b), max(a, b)))
				}
			}
		}
	}
	return t
}

func (t *Tokens) add(token Token) {
	if !slices.Contains(t.All, token) {
		t.All = append(t.All, token)
	}
}

func tokenOf(parts ...string) Token {
	sum := sha256.Sum256([]byte("heed/match/1\n" + strings.Join(parts, "\n")))
	return Token(sum[:16])
}

// dayForms are the ways in which people write a day; in two numbers the day comes first.
var dayForms = []string{
	"2006-1-2", "2/1/2006", "2-1-2006", "2.1.2006", "2 1 2006", "2/1/06", "2.1.06", "2-1-06",
	"2 January 2006", "2 Jan 2006", "January 2 2006", "Jan 2 2006", "2 January 06", "2 Jan 06", "2006/1/2",
}

// day reads a day of birth. Two digits of a year are of the last hundred years.
func day(typed string) (time.Time, bool) {
	typed = strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(typed), ",", " ")), " ")
	for _, end := range []string{"st ", "nd ", "rd ", "th "} {
		if at := strings.Index(typed, end); at == 1 || at == 2 {
			typed = typed[:at] + typed[at+2:]
		}
	}
	for _, form := range dayForms {
		if t, err := time.Parse(form, typed); err == nil {
			if !strings.Contains(form, "2006") && t.Year() > thisCentury {
				t = t.AddDate(-100, 0, 0)
			}
			return t, true
		}
	}
	return time.Time{}, false
}

// thisCentury is the last year that two digits may mean; those above are of the 1900s.
// It is part of the recipe: the same text must always give the same token.
const thisCentury = 2029
