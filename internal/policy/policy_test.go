package policy_test

import (
	"testing"

	"heed/internal/policy"
	"heed/internal/room/roomtest"
)

func TestRoom(t *testing.T) { roomtest.Run(t, policy.Room()) }
