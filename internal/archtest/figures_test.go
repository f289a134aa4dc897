package archtest

import (
	"reflect"
	"strings"
	"testing"

	"heed/internal/process"
	"heed/internal/room"
)

// TestFiguresNameNobody: what a figure is defined by, and what is kept of a closed one,
// has no place for a person, a team, a record or a reference. Seen to fail with a field
// of type id.Team in room.Cell.
func TestFiguresNameNobody(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var look func(at string, x reflect.Type)
	look = func(at string, x reflect.Type) {
		switch {
		case seen[x]:
			return
		case strings.HasSuffix(x.PkgPath(), "internal/id"):
			t.Errorf("%s is an %s: nothing is counted per person, team or record", at, x)
		}
		seen[x] = true
		switch x.Kind() {
		case reflect.Slice, reflect.Map, reflect.Pointer:
			look(at, x.Elem())
		case reflect.Struct:
			for i := range x.NumField() {
				look(at+"."+x.Field(i).Name, x.Field(i).Type)
			}
		}
	}
	for _, x := range []any{process.Figure{}, room.Closing{}, room.Recounted{}} {
		look(reflect.TypeOf(x).String(), reflect.TypeOf(x))
	}
}
