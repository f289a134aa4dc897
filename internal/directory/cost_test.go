package directory

import (
	"strings"
	"testing"
)

// TestWhatAPasswordCosts is ASVS 11.4.2, of a process in which nobody made them cheap.
func TestWhatAPasswordCosts(t *testing.T) {
	was := cost
	defer func() { cost = was }()
	cost.memory, cost.passes = argonMemory, argonTime
	hash := hashPassword("correct horse battery staple")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error(hash)
	}
	TestOnlyCheapPasswords()
	if !checkPassword(hash, "correct horse battery staple") || checkPassword(hash, "correct horse battery") {
		t.Error("what a password costs does not stand beside it")
	}
}
