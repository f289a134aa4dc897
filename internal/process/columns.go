package process

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Who runs a definition. A column that only one of them reads says so in its tag "for";
// what neither is named in, both read.
const (
	ForConcern = "concern" // the concern, with pages of its own
	ForRoom    = "room"    // package room, with the pages made from the definition
)

// Unread names a column of the definition that whoever runs it does not read; "" when
// there is none. A promise that nobody keeps is refused, not passed over.
func (d *Definition) Unread(by string) string {
	return visit(reflect.ValueOf(d), "", "", func(at string, v reflect.Value, tag reflect.StructTag) string {
		only := tag.Get("for")
		if only == "" || only == by || v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
			return ""
		}
		readers := map[string]string{ForConcern: "the concern", ForRoom: "the other kinds of record"}
		return fmt.Sprintf("%s is read for %s alone, and would do nothing here: leave it out", at, readers[only])
	})
}

// visit looks at every value that can be reached, with its place in the file and the tag
// of its column, until one is amiss.
func visit(v reflect.Value, at string, tag reflect.StructTag,
	look func(string, reflect.Value, reflect.StructTag) string) string {
	if fault := look(at, v, tag); fault != "" {
		return fault
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return visit(v.Elem(), at, "", look)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if fault := visit(v.Index(i), fmt.Sprintf("%s[%d]", at, i+1), "", look); fault != "" {
				return fault
			}
		}
	case reflect.Map:
		return visitMap(v, at, look)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			if fault := visit(v.Field(i), join(at, called(f)), f.Tag, look); fault != "" {
				return fault
			}
		}
	}
	return ""
}

func visitMap(v reflect.Value, at string, look func(string, reflect.Value, reflect.StructTag) string) string {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	for _, k := range keys {
		for _, x := range []reflect.Value{k, v.MapIndex(k)} {
			if fault := visit(x, join(at, fmt.Sprint(k)), "", look); fault != "" {
				return fault
			}
		}
	}
	return ""
}

// called is the name of a field in a file, or in the program where no file has it.
func called(f reflect.StructField) string {
	if name := f.Tag.Get("json"); name != "" && name != "-" {
		return name
	}
	return strings.ToLower(f.Name)
}
