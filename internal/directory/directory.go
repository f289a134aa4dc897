// Package directory knows organisations, their teams and their people, who may
// do what, and how each of them proves who they are.
//
// It keeps true: whatever gives a right is an authenticated ledger entry. A
// person's roles, password, second factor and tokens are folded from that
// person's own record; the tables of this package only say where to look, so
// that a row put in by SQL gives nothing (promise I7). A privileged role needs
// the word of both grantors of the organisation, who were named when it was set
// up; a one-person practice says on its statement page that it has only one.
//
// Trusted with: names, addresses and credentials of staff, all sealed under the
// person's own key. Nothing here is about the people whom concerns are about.
package directory

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
)

// Limits of what may be typed, in characters.
const (
	MaxName  = 200
	MaxLogin = 100
	MaxEmail = 254
	MaxPhone = 40
)

// Organisation is a practice, trust, or other body that keeps its own records.
type Organisation struct {
	ID        id.Org
	Version   int64
	Name      string
	Nation    workday.Nation
	Telephone string // who to ring when Heed is away, shown on error pages
	ExitURL   string // where "Leave this page" goes
	Grantors  []id.Person
	OnePerson bool
	Teams     []Team
	Colleague ColleagueDoor
	Second    id.Person    // whose word counts when a grantor is replaced; zero when none was named
	Replacing *Replacement // nil unless a grantor is being replaced
	Opened    time.Time

	overlays  []Overlay             // all that were ever laid, oldest first
	inForce   map[string]string     // by the definition on which one lies: its name
	proposals map[string][]Proposal // by the definition: what was ever proposed, oldest first
	covers    []Cover
	closed    []json.RawMessage // periods of figures, oldest first: see figures.go

	lookup   []byte // key of the login look-up
	recovery string // hash of the word in the safe; empty once it was used
}

// Team is a group of people who work on the same concerns.
type Team struct {
	ID   id.Team `json:"id"`
	Name string  `json:"name"`
	Lead Contact `json:"lead"`
}

// Contact is somebody to ring.
type Contact struct {
	Name      string `json:"name"`
	Telephone string `json:"telephone"`
}

// ColleagueDoor is the named owner of the sealed compartment for concerns about
// colleagues. Until that route is open in Heed the door says whom to ring.
type ColleagueDoor struct {
	Owner     string `json:"owner"`
	Telephone string `json:"telephone"`
}

// Team finds a team of the organisation.
func (o Organisation) Team(t id.Team) (Team, error) {
	for _, x := range o.Teams {
		if x.ID == t {
			return x, nil
		}
	}
	return Team{}, fail.New(fail.Missing, "Team not found")
}

// IsGrantor says whether p was named as a grantor.
func (o Organisation) IsGrantor(p id.Person) bool {
	for _, g := range o.Grantors {
		if g == p {
			return true
		}
	}
	return false
}

// Person is somebody with an account.
type Person struct {
	ID      id.Person
	Org     id.Org
	Version int64
	Name    string
	Login   string
	Email   string
	Phone   string
	Job     string
	Left    bool
	Since   time.Time // sessions that were begun before this have ended
	Grants  []Grant

	password  string // argon2id text form
	totp      string // base32 secret
	enrolment map[string]time.Time
	recovery  map[string]bool // hashes of unused recovery codes
	tokens    map[string]Token
	held      []access.Role // also those that were taken back
	passkeys  []Passkey
	links     []Link
	lately    []Change
}

// Change is something that happened to how a person logs in.
type Change struct {
	At    time.Time
	Words string
}

// mostLately is how many changes a person is shown.
const mostLately = 10

// changes are the words for what the person is told of.
var changes = map[string]string{
	kindEnrolmentOffered: "A set-up code was made for your account",
	kindEnrolled:         "Your account was set up",
	kindPasswordAdded:    "A password and an authenticator app were added",
	kindPasswordChanged:  "Your password was changed",
	kindSessionsEnded:    "You were logged out everywhere",
	kindPasskeyAdded:     "A passkey was added",
	kindPasskeyRemoved:   "A passkey was taken away",
	kindPasskeyStopped:   "A passkey was stopped, because its count went back",
	kindLinked:           "Your account was linked with one elsewhere",
	kindUnlinked:         "The link with an account elsewhere was taken away",
	kindRecoveryMade:     "Recovery codes were made",
	kindRecovered:        "A recovery code was used",
	kindTokenIssued:      "A token for programs, or an address for your calendar, was made",
}

func (p *Person) note(kind string, at time.Time) {
	if words := changes[kind]; words != "" {
		p.lately = append(slices.Clip(p.lately), Change{at, words})
		p.lately = p.lately[max(0, len(p.lately)-mostLately):]
	}
}

// Lately are the last changes to how the person logs in, newest first.
func (p Person) Lately() []Change {
	all := slices.Clone(p.lately)
	slices.Reverse(all)
	return all
}

// Grant is a role that a person holds.
type Grant struct {
	Role access.Role `json:"role"`
	Team id.Team     `json:"team"`
	At   time.Time   `json:"at"`
	By   []id.Person `json:"by"`
}

// Token lets a program act as a person through the API, with that person's rights.
type Token struct {
	Label   string    `json:"label"`
	Expires time.Time `json:"expires"`
	// Calendar is the role whose days a calendar reads with it, and nothing else is read
	// or done with it; empty for a token of the API.
	Calendar access.Role `json:"calendar,omitempty"`
}

// Has says whether the person holds the role.
func (p Person) Has(r access.Role) bool {
	_, ok := p.grant(r)
	return ok
}

func (p Person) grant(r access.Role) (Grant, bool) {
	for _, g := range p.Grants {
		if g.Role == r {
			return g, true
		}
	}
	return Grant{}, false
}

// Enrolled says whether the person has a way to log in.
func (p Person) Enrolled() bool { return p.waysIn()+len(p.links) > 0 }

// Actor is who asks, in one of the roles that the person holds. An empty role
// means the first that was granted. fail.SignIn when the person has left or does
// not hold the role any more. mfa is of Heed's own: what came by a provider is for web's Request.Actor to say.
func (p Person) Actor(role access.Role, mfa bool) (access.Actor, error) {
	if p.Left || len(p.Grants) == 0 {
		return access.Actor{}, fail.New(fail.SignIn, "Log in to continue")
	}
	g := p.Grants[0]
	if role != "" {
		var ok bool
		if g, ok = p.grant(role); !ok {
			return access.Actor{}, fail.New(fail.SignIn, "Log in to continue")
		}
	}
	return access.Actor{Person: p.ID, Org: p.Org, Role: g.Role, Team: g.Team, MFA: mfa, Own: mfa}, nil
}

// NewPerson is somebody to be added.
type NewPerson struct {
	Name, Login, Email, Phone, Job string
	Role                           access.Role
	Team                           id.Team
}

// Validate names every fault.
func (n NewPerson) Validate() error {
	var f fail.Fields
	text := func(name, value string, rule plain.Field) {
		rule.Line = true
		if words := rule.Fault(value); words != "" {
			f.Add(name, words)
		}
	}
	text("name", n.Name, plain.Field{Label: "the full name", Limit: MaxName, Must: true})
	text("login", n.Login, plain.Field{Label: "the login name", Limit: MaxLogin, Must: true})
	text("email", n.Email, plain.Field{Label: "the email address", Limit: MaxEmail})
	text("phone", n.Phone, plain.Field{Label: "the telephone number", Limit: MaxPhone})
	text("job", n.Job, plain.Field{Label: "the job title", Limit: MaxName})
	if strings.ContainsAny(n.Login, " \t") {
		f.Add("login", "The login name must not include spaces")
	}
	if n.Email != "" && (strings.Count(n.Email, "@") != 1 || strings.ContainsAny(n.Email, " <>,;\"")) {
		f.Add("email", "Enter an email address in the correct format, like name@example.com")
	}
	if n.Role != "" && !grantable(n.Role) {
		f.Add("role", roleWords())
	}
	return f.Err()
}

func grantable(r access.Role) bool { return slices.Contains(access.Given(), r) }

// roleWords say which roles there are.
func roleWords() string { return "The role must be one of these: " + listed(access.Given()) }

// listed are roles as somebody types them, each with what it is called.
func listed(roles []access.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r) + " (" + r.Label() + ")"
	}
	return strings.Join(names, ", ")
}

// privileged roles need the word of both grantors; everybody who is added is a worker.
func privileged(r access.Role) bool { return r != access.Worker }
