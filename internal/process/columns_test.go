package process_test

import (
	"reflect"
	"strings"
	"testing"

	"heed/internal/process"
)

// tagged calls try for each column that only one reader has, set to what it can hold, one at a time.
func tagged(v reflect.Value, try func(name, only string)) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			tagged(v.Index(i), try)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if only := f.Tag.Get("for"); only != "" {
				was := reflect.New(f.Type).Elem()
				was.Set(v.Field(i))
				filled(v.Field(i), 0)
				if f.Type.Kind() == reflect.Bool {
					v.Field(i).SetBool(true)
				}
				try(f.Tag.Get("json"), only)
				v.Field(i).Set(was)
			} else if f.IsExported() {
				tagged(v.Field(i), try)
			}
		}
	}
}

// A column that whoever runs the definition does not read is refused with its place, for
// a room and for the concern alike.
func TestNoColumnIsPassedOver(t *testing.T) {
	d := *process.Patient()
	if d.Unread(process.ForConcern) != "" || d.Unread(process.ForRoom) == "" {
		t.Fatalf("%q, %q", d.Unread(process.ForConcern), d.Unread(process.ForRoom))
	}
	var bare process.Definition
	bare.States, bare.AllSteps, bare.Timers = make([]process.StateInfo, 1), make([]process.StepInfo, 1),
		make([]process.Deadline, 1)
	bare.AllSteps[0].Outcomes = make([]process.Outcome, 1)
	tried := map[string]int{}
	tagged(reflect.ValueOf(&bare).Elem(), func(name, only string) {
		tried[only]++
		for _, by := range []string{process.ForConcern, process.ForRoom} {
			if got := bare.Unread(by); (got == "") != (by == only) || got != "" && !strings.Contains(got, name) {
				t.Errorf("%s, read for the %s alone, in a definition for the %s: %q", name, only, by, got)
			}
		}
	})
	if tried[process.ForConcern] < 8 || tried[process.ForRoom] < 4 {
		t.Errorf("tried %v", tried)
	}
}
