package app

import "testing"

// TestEveryKindIsWhole holds each kind of record to what all are held to, since no start does.
func TestEveryKindIsWhole(t *testing.T) {
	if err := Check(); err != nil {
		t.Error(err)
	}
}
