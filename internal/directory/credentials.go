package directory

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/argon2"

	"heed/internal/fail"
	"heed/internal/plain"
)

// Cost of one password check: 19 MiB, two passes, one lane (the least that
// OWASP's password storage sheet of 2024 allows), so that a small machine can
// check several at once. Stored beside each hash, so that it can be raised.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonBytes  = 32
)

// cost is what new passwords cost to check: KiB of memory, and passes over it.
var cost = struct{ memory, passes uint32 }{argonMemory, argonTime}

// TestOnlyCheapPasswords has this process make passwords that cost next to nothing to check.
func TestOnlyCheapPasswords() { cost.memory, cost.passes = 64, 1 }

// MinPassword and MaxPassword are lengths in characters (ASVS 6.2.1, 6.2.9): no
// composition rules, everything that can be typed is allowed.
const (
	MinPassword = 12
	MaxPassword = 128
)

// hashPassword is the argon2id text form with its parameters and salt.
func hashPassword(password string) string {
	var salt [16]byte
	rand.Read(salt[:])
	sum := argon2.IDKey([]byte(password), salt[:], cost.passes, cost.memory, argonLanes, argonBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.memory, cost.passes, argonLanes,
		b64.EncodeToString(salt[:]), b64.EncodeToString(sum))
}

// checkPassword compares in constant time. An unreadable hash never matches.
func checkPassword(stored, password string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m > 1<<20 || t > 16 || p == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// nobodysPassword is checked when the login is not known, so that a name that
// exists and one that does not take the same time (promise A8).
var nobodysPassword = sync.OnceValue(func() string { return hashPassword(randomText()) })

// ValidatePassword says what is wrong with a chosen password.
func ValidatePassword(password, login string) error {
	var f fail.Fields
	n := len([]rune(password))
	switch {
	case n == 0:
		f.Add("password", "Enter a password")
	case n < MinPassword:
		f.Add("password", "Password must be "+plain.Count(MinPassword, "character", "characters")+" or more")
	case n > MaxPassword:
		f.Add("password", "Password must be "+plain.Count(MaxPassword, "character", "characters")+" or less")
	case common(password):
		f.Add("password", "Choose a password that is harder to guess")
	case login != "" && strings.Contains(strings.ToLower(password), strings.ToLower(login)):
		f.Add("password", "Password must not contain your login name")
	}
	return f.Err()
}

// common finds passwords of one repeated sign, of a run, and a few well-known beginnings.
func common(p string) bool {
	lower := strings.ToLower(p)
	for _, w := range []string{"password", "letmein", "qwertyuiop", "welcome1", "changeme", "nhsnhs", "123456789"} {
		if strings.Contains(lower, w) && len(lower) < len(w)+6 {
			return true
		}
	}
	distinct := map[rune]bool{}
	for _, r := range lower {
		distinct[r] = true
	}
	return len(distinct) < 5
}

// nobodysSecret is checked when there is no second factor, so that it takes the same time.
const nobodysSecret = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43UOV3HO6DZ"

// checkTOTP accepts the code of now, one step before and one after (RFC 6238,
// 30 seconds), and returns its time step so that it can be used only once.
func checkTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.Join(strings.Fields(code), "")
	if secret == "" || len(code) != 6 {
		return 0, false
	}
	for _, d := range []int64{0, -1, 1} {
		at := now.Add(time.Duration(d) * 30 * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix,
			Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at.Unix() / 30, true
		}
	}
	return 0, false
}

// SecondFor is the secret, or a new one where it is "" or none, with the address that an
// authenticator app reads.
func SecondFor(org, secret string) (same, uri string, err error) {
	o := totp.GenerateOpts{Issuer: strings.TrimSpace("Heed " + org), AccountName: "log-in", SecretSize: secretSize}
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err == nil && len(b) == secretSize {
		o.Secret = b
	}
	k, err := totp.Generate(o)
	if err != nil {
		return "", "", fmt.Errorf("make second factor: %w", err)
	}
	return k.Secret(), k.URL(), nil
}

const secretSize = 20 // bytes, RFC 4226

// randomText is 256 random bits as text without look-alike trouble.
func randomText() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenHash is what is stored of a token or set-up code: it has 256 random
// bits, so a plain hash is enough.
func tokenHash(plain string) string {
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}
