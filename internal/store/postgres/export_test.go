package postgres

import (
	"database/sql"
	"reflect"
	"time"
)

// Lifetimes gives for each pool of an engine how old its connections grow, which
// database/sql tells nobody.
func (e *Engine) Lifetimes() map[string]time.Duration {
	all := map[string]time.Duration{}
	for v, i := reflect.ValueOf(e).Elem(), 0; i < v.NumField(); i++ {
		if f := v.Field(i); f.Type() == reflect.TypeFor[*sql.DB]() {
			all[v.Type().Field(i).Name] = time.Duration(f.Elem().FieldByName("maxLifetime").Int())
		}
	}
	return all
}
