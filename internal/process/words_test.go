package process_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"heed/internal/process"
)

// filled makes one of everything that a type can hold, a few groups deep, with every
// text a plain word: what a definition can say, whether or not one says it today.
func filled(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("word")
	case reflect.Slice:
		if depth < 6 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			filled(v.Index(0), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				filled(v.Field(i), depth+1)
			}
		}
	case reflect.Int, reflect.Bool:
	default:
		panic("a definition has a kind of value that the check of words was not tried on: " + v.Type().String())
	}
}

// texts are all texts that can be reached, each with its place.
func texts(v reflect.Value, at string) (all []reflect.Value, places []string) {
	add := func(v reflect.Value, at string) {
		more, names := texts(v, at)
		all, places = append(all, more...), append(places, names...)
	}
	switch v.Kind() {
	case reflect.String:
		return []reflect.Value{v}, []string{at}
	case reflect.Slice:
		for i := range v.Len() {
			add(v.Index(i), fmt.Sprintf("%s[%d]", at, i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				add(v.Field(i), at+"."+v.Type().Field(i).Name)
			}
		}
	}
	return all, places
}

// Whatever a definition says, an unwanted word in it is refused: in every text that the
// type has, and in every text of the shipped process.
func TestEveryWordIsLookedAt(t *testing.T) {
	var d process.Definition
	filled(reflect.ValueOf(&d).Elem(), 0)
	all, places := texts(reflect.ValueOf(&d).Elem(), "")
	if len(all) < 100 || process.Unwanted(&d) != "" {
		t.Fatalf("%d texts, %q", len(all), process.Unwanted(&d))
	}
	for i, text := range all {
		for _, word := range []string{"Give a score", "Risk level", "religion", "the suspect", "risk_level", "ｓｃｏｒｅ"} {
			text.SetString(word)
			if d.Wording() == "" {
				t.Errorf("%s may say %q", places[i], word)
			}
		}
		text.SetString("word")
	}
	shipped := process.Patient().Name() // and no shipped text is one of them
	if process.Unwanted(process.Patient()) != "" {
		t.Errorf("%s: %s", shipped, process.Unwanted(process.Patient()))
	}
}

// An overlay says no unwanted word either, whichever of its texts it stands in.
func TestEveryWordOfAnOverlayIsLookedAt(t *testing.T) {
	raw, err := os.ReadFile("testdata/overlays/good.txt")
	if err != nil {
		t.Fatal(err)
	}
	input, _, _ := strings.Cut(string(raw), "\n----\n")
	tried := 0
	for i := range strings.Count(input, `"`) / 2 {
		parts := strings.Split(input, `"`) // no text of it holds a quote
		if strings.HasPrefix(strings.TrimSpace(parts[2*i+2]), ":") {
			continue // a name that the format has, or a step's
		}
		parts[2*i+1] += " score"
		text := strings.Join(parts, `"`)
		if !json.Valid([]byte(text)) {
			t.Fatal(text)
		}
		tried++
		if _, err := process.Patient().Overlay([]byte(text), process.Safe); err == nil {
			t.Errorf("an overlay may say %q", parts[2*i+1])
		}
	}
	if tried < 30 {
		t.Errorf("only %d texts were tried", tried)
	}
}

// A word that looks like an unwanted one, and is another to a program, is refused.
func TestAWordThatLooksLikeAnother(t *testing.T) {
	for _, word := range []string{"s\u0441ore", "sc\u00adore", "sc\u2060ore"} {
		_, err := process.Patient().Overlay([]byte(`{"overlay":"w","version":1,"on":"patient/1","wording":{"step.close.label":"Give a `+word+`"}}`), process.Safe)
		if err == nil {
			t.Errorf("%q was taken", word)
		}
	}
}

// States, facts, outcomes and lists are not the steps of an order, nor renamed to be.
func TestNothingIsCalledALevel(t *testing.T) {
	for _, wording := range []string{`"state.received.label": "Green", "state.open.label": "Red"`,
		`"state.received.label": "Tier 1", "state.open.label": "Tier 2"`} {
		raw := `{"overlay":"w","version":1,"on":"patient/1","wording":{` + wording + `}}`
		_, err := process.Patient().Overlay([]byte(raw), process.Safe)
		if err == nil || !strings.Contains(err.Error(), "rank a person") {
			t.Errorf("%s: %v", wording, err)
		}
	}
	raw := `{"overlay":"w","version":1,"on":"patient/1","steps":[{"id":"local_look","label":"Look","roles":["safeguarding_lead"],"outcomes":[
		{"id":"local_a","label":"Grade A","moves":[{"from":["open"]}]},{"id":"local_b","label":"Grade B","moves":[{"from":["open"]}]}]}]}`
	_, err := process.Patient().Overlay([]byte(raw), process.Safe)
	if err == nil || !strings.Contains(err.Error(), "order") {
		t.Errorf("outcomes that are grades: %v", err)
	}
}
