package plain_test

import (
	"strings"
	"testing"

	"heed/internal/plain"
)

func TestFieldFault(t *testing.T) {
	f := plain.Field{Label: "what you are worried about", Limit: 4000, Must: true}
	line := plain.Field{Label: "the place", Limit: 5, Line: true}
	for _, c := range []struct {
		field plain.Field
		text  string
		want  string
	}{
		{f, "", "Enter what you are worried about"},
		{f, " \n\t", "Enter what you are worried about"},
		{f, strings.Repeat("é", 4000), ""},
		{f, strings.Repeat("é", 4001), "What you are worried about must be 4,000 characters or less"},
		{f, "a\x00b", "What you are worried about includes a character that cannot be shown. Type it again instead " +
			"of pasting it"},
		{f, "a\xffb", "What you are worried about must only include letters, numbers and signs. Type it again instead " +
			"of pasting it"},
		{f, "<script>alert(1)</script> =1+1 \u202eabc", ""},
		{f, "two\r\nlines", ""},
		{line, "", ""},
		{line, "a\nb", "The place must be on one line"},
		{line, "abcdef", "The place must be 5 characters or less"},
	} {
		if got := c.field.Fault(c.text); got != c.want {
			t.Errorf("Fault(%.20q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestBlank(t *testing.T) {
	for _, blank := range []string{"", " ", "\t\r\n", "\u00a0", "\u200b", "\u200b\u200d\ufeff", "\u2800", "\u3164",
		"\u115f\u1160\uffa0", "\u0301", "\u034f",
		"\u202e\u202c", "\u00ad", "\ufe0f", "\U000e0061", "\u2028\u2029", "\u180e\u17b4", "\u20dd", "\u200b \u0301\n"} {
		if !plain.Blank(blank) {
			t.Errorf("%+q counts as text", blank)
		}
		if got := (plain.Field{Label: "your note", Limit: 10, Must: true}).Fault(blank); got != "Enter your note" {
			t.Errorf("%+q: %q", blank, got)
		}
	}
	for _, text := range []string{"a", "٤", "李", "e\u0301", "\u200bа", "👍", "❤\ufe0f", "-", ".", "ᄀ", "ཀ"} {
		if plain.Blank(text) {
			t.Errorf("%q counts as nothing", text)
		}
	}
}

func TestDigits(t *testing.T) {
	for typed, want := range map[string]string{"123\u200d456": "123456", "123\u00a0456": "123456",
		" 12-34–56\u2060 ": "123456", "12a": "12a", "\u202a123456\u202c": "123456"} {
		if got := plain.Digits(typed); got != want {
			t.Errorf("Digits(%+q) = %q", typed, got)
		}
	}
}

func TestNHSNumber(t *testing.T) {
	for typed, want := range map[string]string{
		"9434765919": "9434765919", "943 476 5919": "9434765919", "999-000-0018": "9990000018", "9990000026": "9990000026",
		"9990000050":             "9990000050",
		"943\u200d476\u200d5919": "9434765919", "\ufeff943\u00a0476\u00a05919\u200b": "9434765919",
		"943\u2212476\u22125919": "9434765919",
	} {
		if got, fault := plain.NHSNumber(typed); got != want || fault != "" {
			t.Errorf("NHSNumber(%q) = %q, %q", typed, got, fault)
		}
	}
	for typed, want := range map[string]string{
		"9434765918": "Check the NHS number: it does not look right",
		"0000000000": "Check the NHS number: it does not look right",
		"9999999999": "Check the NHS number: it does not look right",
		"9990000000": "Check the NHS number: it does not look right",
		"943476591":  "NHS number must be 10 numbers",
		"94347659A9": "NHS number must not include letters",
		"٩٤٣٤٧٦٥٩١٩": "NHS number must only include numbers",
		"QQ123456C":  "NHS number must be 10 numbers. This looks like a National Insurance number",
	} {
		if got, fault := plain.NHSNumber(typed); got != "" || fault != want {
			t.Errorf("NHSNumber(%q) = %q, %q, want fault %q", typed, got, fault, want)
		}
	}
	for _, nine := range []string{"999000000", "999000014"} { // no check digit makes these whole
		for d := range 10 {
			if got, _ := plain.NHSNumber(nine + string(rune('0'+d))); got != "" {
				t.Errorf("%s accepted", got)
			}
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -100: "-100",
		1234567: "1,234,567"} {
		if got := plain.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
}

func FuzzNHSNumber(f *testing.F) {
	f.Add("943 476 5919")
	f.Fuzz(func(t *testing.T, s string) {
		digits, fault := plain.NHSNumber(s)
		if (digits == "") == (fault == "") {
			t.Fatalf("%q gave %q and %q", s, digits, fault)
		}
		if digits != "" {
			if again, _ := plain.NHSNumber(digits); again != digits {
				t.Fatalf("%q gave %q, which gives %q", s, digits, again)
			}
		}
	})
}
