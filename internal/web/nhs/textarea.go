package nhs

import "strconv"

// Textarea is a field of several lines.
type Textarea struct {
	ID           string // the name when empty
	Name         string
	Value        string
	Label        Label
	Hint         Hint
	Error        ErrorMessage
	DescribedBy  string
	Rows         int // 5 when 0
	Spellcheck   Switch
	Autocomplete string
	Disabled     bool
	Classes      string
	Attrs        []Attr
	Group        FormGroup
}

// Render writes the field with its label, hint and message.
func (t Textarea) Render(b *Buffer) { t.render(b, "", "", nil) }

func (t Textarea) render(b *Buffer, class, groupClass markup, module func(*Buffer)) {
	id := or(t.ID, t.Name)
	describedBy := field{id: id, label: t.Label, hint: t.Hint, err: t.Error, describedBy: t.DescribedBy,
		group: t.Group, classLast: groupClass, module: module}.open(b)
	b.Put(t.Group.Before)
	b.Raw(`<textarea class="nhsuk-textarea`)
	if t.Error.marks() {
		b.Raw(" nhsuk-textarea--error")
	}
	b.Raw(class)
	b.More(t.Classes)
	b.Raw(`"`)
	b.Attr("id", id)
	b.Attr("name", t.Name)
	rows := t.Rows
	if rows == 0 {
		rows = 5
	}
	b.Int("rows", rows)
	b.Switch("spellcheck", t.Spellcheck)
	b.Flag("disabled", t.Disabled)
	b.Opt("aria-describedby", describedBy)
	b.Opt("autocomplete", t.Autocomplete)
	b.attrs(t.Attrs)
	b.Raw(">")
	if len(t.Value) > 0 && (t.Value[0] == '\n' || t.Value[0] == '\r') {
		b.Raw("\n") // browsers drop the first line break within a textarea
	}
	b.Text(t.Value)
	b.Raw("</textarea>")
	b.Put(t.Group.After)
	b.Raw("</div>")
}

// CharacterCount is a Textarea that says how much may still be written. Without JavaScript it states the limit.
type CharacterCount struct {
	ID           string // the name when empty
	Name         string
	Value        string
	Label        Label
	Hint         Hint
	Error        ErrorMessage
	MaxLength    int // characters; or
	MaxWords     int // words
	Threshold    int // percentage of the limit from which the count is shown
	CountType    CountType
	Rows         int
	Spellcheck   Switch
	Autocomplete string
	Disabled     bool
	Classes      string
	Attrs        []Attr
	Group        FormGroup
	CountClasses string
	Words        CountWords
}

// CountType is the unit that is counted; empty follows the limit given.
type CountType string

// What may be counted.
const (
	CountCharacters CountType = "characters"
	CountWordsType  CountType = "words"
)

// CountWords replaces the script's words for the count. Description may hold %{count}.
type CountWords struct {
	Description string
	CharactersUnder,
	CharactersOver,
	WordsUnder,
	WordsOver Plural
	CharactersAt,
	WordsAt string
}

// Plural is a message for each plural form of a language; English uses One and Other.
type Plural struct{ Zero, One, Two, Few, Many, Other string }

func (b *Buffer) plural(key markup, p Plural) {
	for _, f := range [...]struct{ rule, words string }{
		{"zero", p.Zero}, {"one", p.One}, {"two", p.Two}, {"few", p.Few}, {"many", p.Many}, {"other", p.Other},
	} {
		if f.words != "" {
			b.Attr(key+"."+markup(f.rule), f.words)
		}
	}
}

// Render writes the field with its label, hint, message and limit.
func (c CharacterCount) Render(b *Buffer) {
	id := or(c.ID, c.Name)
	countType := c.CountType
	if countType == "" && c.MaxWords > 0 {
		countType = CountWordsType
	}
	info := c.message(countType)
	info.ID = id + "-info"
	label := c.Label
	if label.For == "" {
		label.For = id
	}
	group := FormGroup{Attrs: c.Group.Attrs, Before: c.Group.Before, Classes: c.Group.Classes,
		After: Group{info, c.Group.After}}
	t := Textarea{ID: id, Name: c.Name, Value: c.Value, Label: label, Hint: c.Hint, Error: c.Error, DescribedBy: info.ID,
		Rows:       c.Rows,
		Spellcheck: c.Spellcheck, Autocomplete: c.Autocomplete, Disabled: c.Disabled, Classes: c.Classes, Attrs: c.Attrs,
		Group: group}
	t.render(b, " nhsuk-js-character-count", " nhsuk-character-count", func(b *Buffer) { c.module(b, countType) })
}

// message is the limit in words; hidden until the script knows a limit when none is given.
func (c CharacterCount) message(t CountType) Hint {
	limit := c.MaxWords
	if limit == 0 {
		limit = c.MaxLength
	}
	h := Hint{Classes: "nhsuk-character-count__message"}
	if c.CountClasses != "" {
		h.Classes += " " + c.CountClasses
	}
	if limit == 0 {
		h.Attrs = []Attr{{Name: "hidden", Bare: true}}
		return h
	}
	words := c.Words.Description
	if words == "" {
		words = "You can enter up to %{count} characters"
		if t == CountWordsType {
			words = "You can enter up to %{count} words"
		}
	}
	h.Text = replaceCount(words, limit)
	return h
}

func (c CharacterCount) module(b *Buffer, t CountType) {
	b.Raw(` data-module="nhsuk-character-count"`)
	b.Int("data-maxlength", c.MaxLength)
	b.Int("data-maxwords", c.MaxWords)
	b.Int("data-threshold", c.Threshold)
	b.Opt("data-count-type", string(t))
	if c.MaxLength == 0 && c.MaxWords == 0 && c.Words.Description != "" {
		b.Attr("data-i18n.textarea-description.other", c.Words.Description)
	}
	b.plural("data-i18n.characters-under-limit", c.Words.CharactersUnder)
	b.Opt("data-i18n.characters-at-limit", c.Words.CharactersAt)
	b.plural("data-i18n.characters-over-limit", c.Words.CharactersOver)
	b.plural("data-i18n.words-under-limit", c.Words.WordsUnder)
	b.Opt("data-i18n.words-at-limit", c.Words.WordsAt)
	b.plural("data-i18n.words-over-limit", c.Words.WordsOver)
}

func replaceCount(words string, n int) string {
	const mark = "%{count}"
	for i := 0; i+len(mark) <= len(words); i++ {
		if words[i:i+len(mark)] == mark {
			return words[:i] + thousands(n) + words[i+len(mark):]
		}
	}
	return words
}

// thousands writes a limit as the script does: 4,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
