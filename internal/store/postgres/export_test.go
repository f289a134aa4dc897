package postgres

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// MakeReady is what is done to each new connection, with what is told of it.
func MakeReady(ctx context.Context, c *pgx.Conn) error {
	return translate((&Engine{}).makeReady(ctx, c, nil))
}

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

// Known are the names of what is set where a check reads, on a server of that version.
func Known(version string) (names []string) {
	for _, s := range known(version, slices.Clone(unhurried)) {
		names = append(names, s.name)
	}
	return names
}
