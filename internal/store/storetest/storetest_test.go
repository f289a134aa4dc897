package storetest

import (
	"testing"

	"heed/internal/store"
)

func TestBothEnginesConform(t *testing.T) {
	Each(t, nil, func(t *testing.T, s *store.Store) { Exercise(t, s) })
}
