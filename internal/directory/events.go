package directory

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/record"
)

// The kinds of event this room writes.
const (
	kindOrganisationOpened = "organisation.opened"
	kindPersonAdded        = "person.added"
	kindPersonLeft         = "person.left"
	kindRoleGranted        = "role.granted"
	kindRoleRevoked        = "role.revoked"
	kindEnrolmentOffered   = "person.enrolment_offered"
	kindEnrolled           = "person.enrolled"
	kindTokenIssued        = "token.issued"
	kindTokenRevoked       = "token.revoked"
	kindDaybookOpened      = "daybook.opened"
	kindOverlayLaid        = "overlay.laid"
	kindOverlayOff         = "overlay.taken_off"
	kindOverlayProposed    = "overlay.proposed"
	kindOverlayAgreed      = "overlay.agreed"
	kindOverlayRefused     = "overlay.refused"
	kindKeysChanged        = "keys.changed"
	kindKeysLost           = "keys.lost"
	kindKeysAgain          = "keys.destroyed_again"
	kindStepChanged        = "log.step_changed"
	kindReplacing          = "grantor.replacing"
	kindReplacementStopped = "grantor.replacement_stopped"
	kindGrantorReplaced    = "grantor.replaced"
	kindRecoveryMade       = "person.recovery_codes_made"
	kindRecovered          = "person.recovered"
	kindPasskeyAdded       = "person.passkey_added"
	kindPasskeyRemoved     = "person.passkey_removed"
	kindPasskeyStopped     = "person.passkey_stopped"
	kindLinked             = "person.provider_linked"
	kindUnlinked           = "person.provider_unlinked"
	kindPasswordAdded      = "person.password_added"
	kindPasswordChanged    = "person.password_changed"
	kindSessionsEnded      = "person.sessions_ended"
	kindPeopleListed       = "people.listed"
	kindCoverArranged      = "cover.arranged"
	kindCoverEnded         = "cover.ended"
	kindPeriodClosed       = "figures.period_closed"
)

// Events are the kinds of event with what each says, for docs/events.md.
func Events() map[string]string {
	return map[string]string{
		kindOrganisationOpened: "An organisation was set up, with its teams and its two grantors",
		kindPersonAdded:        "A person was given an account",
		kindPersonLeft:         "A person left; the account gives nothing any more",
		kindRoleGranted:        "A person was given a role, by whose word",
		kindRoleRevoked:        "A role was taken back",
		kindEnrolmentOffered:   "A set-up code was made with which the person chooses a password and a second factor",
		kindEnrolled:           "The person chose a password and a second factor, or made their first passkey",
		kindTokenIssued:        "A token for the API was made",
		kindTokenRevoked:       "A token for the API was withdrawn",
		kindKeysChanged:        "The organisation's key was changed, by the word of its grantors",
		kindKeysLost:           "Keys that no copy holds any more were given up: how many records can never be read again",
		kindKeysAgain: "Keys of erased records, which an older copy of the key store had brought back, are " +
			"destroyed again: how many, by the word of the grantors",
		kindStepChanged:        "By how many leaves the public tree grows with a beat was changed: from, to",
		record.KindErased:      "A record was erased: which, why, and by whose word",
		kindReplacing:          "A grantor is to be replaced: by whom, on whose words, and until when that can be stopped",
		kindReplacementStopped: "The replacing of a grantor was stopped, by whom",
		kindGrantorReplaced:    "A grantor was replaced: nobody had stopped it",
		kindRecoveryMade:       "Recovery codes were made for somebody who sets up their account",
		kindRecovered: "Somebody who lost their second factor used a recovery code and their password for a new " +
			"set-up code",
		kindPasskeyAdded:    "The person added a passkey: its public key, and what they call it",
		kindPasskeyRemoved:  "The person took a passkey away",
		kindPasskeyStopped:  "A passkey was used with a count that went back: it gives nothing any more",
		kindLinked:          "The person's account was linked with one at a provider: its issuer and subject",
		kindUnlinked:        "The person took the link with an account at a provider away",
		kindPasswordAdded:   "The person, who had none, chose a password and a second factor",
		kindPasswordChanged: "The person changed their password; their other sessions ended",
		kindSessionsEnded:   "The person logged out everywhere",
		kindPeopleListed:    "Somebody at the machine listed who has an account: how many",
		kindOverlayLaid:     "The organisation laid an overlay on a process: on which, its text, and on whose word",
		kindOverlayProposed: "Somebody proposed an overlay on a process, or to take one off: which, and its text",
		kindOverlayAgreed:   "A grantor agreed to what was proposed: by its fingerprint",
		kindOverlayRefused:  "A grantor refused what was proposed, and why; or who proposed it took it back",
		kindOverlayOff:      "An overlay was taken off a process: which, and on whose word",
		kindCoverArranged:   "Somebody covers for another who is away: for whom, from when and until when, by whose word",
		kindCoverEnded:      "A cover was ended before its last day",
		kindPeriodClosed: "Figures of a kind of record were counted for a month or a quarter that is over: as of when, by " +
			"which definition, and what of them is shown",
		kindDaybookOpened: "The day's book of list pages and refused readings was begun",
	}
}

type organisationOpened struct {
	Name      string         `json:"name"`
	Nation    workday.Nation `json:"nation"`
	Telephone string         `json:"telephone"`
	ExitURL   string         `json:"exit_url"`
	Grantors  []id.Person    `json:"grantors"`
	OnePerson bool           `json:"one_person"`
	Teams     []Team         `json:"teams"`
	Colleague ColleagueDoor  `json:"colleague"`
	Lookup    []byte         `json:"lookup"`
	Second    id.Person      `json:"second"`
	Recovery  string         `json:"recovery,omitempty"` // hash of the word in the safe
}

type personAdded struct {
	Name  string `json:"name"`
	Login string `json:"login"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	Job   string `json:"job,omitempty"`
}

type roleGranted struct {
	Role access.Role `json:"role"`
	Team id.Team     `json:"team"`
	By   []id.Person `json:"by"`
}

type roleRevoked struct {
	Role access.Role `json:"role"`
	By   []id.Person `json:"by,omitempty"`
}

// personLeft says on whose word the account was ended.
type personLeft struct {
	By []id.Person `json:"by,omitempty"`
}

// keysChanged and keysLost stand in the organisation's own record.
type keysChanged struct {
	By []id.Person `json:"by"`
}

type keysLost struct {
	Records int `json:"records"` // of the whole installation
}

type keysAgain struct {
	Records int         `json:"records"`
	By      []id.Person `json:"by"`
}

type enrolmentOffered struct {
	Hash    string    `json:"hash"`
	Expires time.Time `json:"expires"`
}

// enrolled is how the person logs in from now on: password and second factor, or a passkey.
type enrolled struct {
	Password string   `json:"password,omitempty"`
	TOTP     string   `json:"totp,omitempty"`
	Passkey  *Passkey `json:"passkey,omitempty"`
}

// passwordAdded stands beside the passkeys that the person has.
type passwordAdded struct {
	Password string `json:"password"`
	TOTP     string `json:"totp"`
}

type passwordChanged struct {
	Password string `json:"password"`
}

type tokenIssued struct {
	Hash string `json:"hash"`
	Token
}

type tokenRevoked struct {
	Hash string `json:"hash"`
}

type daybookOpened struct {
	Day string `json:"day"`
}

type peopleListed struct {
	People int `json:"people"`
}

func foldOrganisation(o *Organisation, e ledger.Entry) error {
	var err error
	read := func(into any) bool { err = json.Unmarshal(e.Data, into); return err == nil }
	switch e.Kind {
	case kindOrganisationOpened:
		var d organisationOpened
		if read(&d) {
			o.Name, o.Nation, o.Telephone, o.ExitURL = d.Name, d.Nation, d.Telephone, d.ExitURL
			o.Grantors, o.OnePerson, o.Teams, o.Colleague = d.Grantors, d.OnePerson, d.Teams, d.Colleague
			o.Second, o.lookup, o.recovery, o.Opened = d.Second, d.Lookup, d.Recovery, e.At
		}
	case kindReplacing:
		var d Replacement
		if read(&d) {
			o.Replacing = &d
			if d.Recovery {
				o.recovery = "" // a word that was said is no secret any more
			}
		}
	case kindOverlayProposed:
		var d Proposal
		if read(&d) {
			d.At = e.At
			o.propose(d)
		}
	case kindOverlayAgreed:
		var d overlayAgreed
		if read(&d) {
			o.agree(d, e.At)
		}
	case kindOverlayRefused:
		var d overlayRefused
		if read(&d) {
			o.refuse(d, e.At)
		}
	case kindOverlayLaid:
		var d overlayLaid
		if read(&d) {
			o.lay(d, e.At)
		}
	case kindOverlayOff:
		var d overlayTakenOff
		if read(&d) {
			o.takeOff(d, e.At)
		}
	case kindCoverArranged:
		var d coverArranged
		if read(&d) {
			o.cover(d, e.Version, e.At)
		}
	case kindCoverEnded:
		var d coverEnded
		if read(&d) {
			o.endCover(d.Of)
		}
	case kindPeriodClosed:
		o.closed = append(slices.Clip(o.closed), e.Data)
	case kindReplacementStopped:
		o.Replacing = nil
	case kindGrantorReplaced:
		var d grantorReplaced
		if read(&d) {
			o.replace(d)
		}
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", e.Kind, err)
	}
	return nil
}

// foldPerson applies one entry. What gives a right is only what stands in an
// entry: a grant without the words it needs (decide.go) is never appended, and
// an entry that was not appended by Heed does not authenticate.
func foldPerson(p *Person, e ledger.Entry) error {
	var err error
	read := func(into any) bool { err = json.Unmarshal(e.Data, into); return err == nil }
	switch e.Kind {
	case kindPersonAdded:
		var d personAdded
		if read(&d) {
			p.Name, p.Login, p.Email, p.Phone, p.Job = d.Name, d.Login, d.Email, d.Phone, d.Job
		}
	case kindPersonLeft:
		p.Left, p.Grants, p.tokens, p.enrolment, p.passkeys, p.links = true, nil, nil, nil, nil, nil
	case kindRoleGranted:
		var d roleGranted
		if read(&d) {
			p.dropRole(d.Role)
			p.Grants = append(p.Grants, Grant{d.Role, d.Team, e.At, d.By})
			if !slices.Contains(p.held, d.Role) {
				p.held = append(slices.Clip(p.held), d.Role)
			}
			if privileged(d.Role) {
				p.risen()
			}
		}
	case kindRoleRevoked:
		var d roleRevoked
		if read(&d) {
			p.dropRole(d.Role)
			p.tokens = maps.Clone(p.tokens)
			maps.DeleteFunc(p.tokens, func(_ string, t Token) bool { return t.Calendar == d.Role })
		}
	case kindEnrolmentOffered:
		var d enrolmentOffered
		if read(&d) {
			p.enrolment = map[string]time.Time{d.Hash: d.Expires} // a new code ends the older ones
			p.Since = e.At                                        // whoever has the phone may be logged in
		}
	case kindEnrolled:
		var d enrolled
		if read(&d) {
			p.password, p.totp, p.enrolment, p.passkeys, p.links = d.Password, d.TOTP, nil, nil, nil
			p.Since = e.At
			if d.Passkey != nil {
				p.addPasskey(*d.Passkey, e.At)
			}
		}
	case kindPasswordAdded:
		var d passwordAdded
		if read(&d) {
			p.password, p.totp = d.Password, d.TOTP
		}
	case kindPasswordChanged:
		var d passwordChanged
		if read(&d) {
			p.password, p.Since = d.Password, e.At
		}
	case kindSessionsEnded:
		p.Since = e.At
	case kindPasskeyAdded:
		var d Passkey
		if read(&d) {
			p.addPasskey(d, e.At)
		}
	case kindPasskeyRemoved:
		var d passkeyNamed
		if read(&d) {
			p.dropPasskey(d.ID)
			p.Since = e.At
		}
	case kindPasskeyStopped:
		var d passkeyNamed
		if read(&d) {
			p.stopPasskey(d.ID, e.At)
			p.Since = e.At // whoever has a copy may have logged in
		}
	case kindLinked:
		var d Link
		if read(&d) {
			p.addLink(d, e)
		}
	case kindUnlinked:
		var d linkNamed
		if read(&d) {
			p.dropLink(d)
			p.Since = e.At
		}
	case kindRecoveryMade:
		var d recoveryMade
		if read(&d) {
			p.recovery = map[string]bool{}
			for _, h := range d.Hashes {
				p.recovery[h] = true
			}
		}
	case kindRecovered:
		var d recovered
		if read(&d) {
			delete(p.recovery, d.Used)
			p.enrolment = map[string]time.Time{d.Offer.Hash: d.Offer.Expires}
		}
	case kindTokenIssued:
		var d tokenIssued
		if read(&d) {
			p.tokens = maps.Clone(p.tokens)
			if p.tokens == nil {
				p.tokens = map[string]Token{}
			}
			if d.Calendar != "" { // one address at a time: a new one ends the one before
				maps.DeleteFunc(p.tokens, func(_ string, t Token) bool { return t.Calendar != "" })
			}
			p.tokens[d.Hash] = d.Token
		}
	case kindTokenRevoked:
		var d tokenRevoked
		if read(&d) {
			delete(p.tokens, d.Hash)
		}
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", e.Kind, err)
	}
	p.note(e.Kind, e.At)
	return nil
}

func (p *Person) dropRole(r access.Role) {
	keep := p.Grants[:0]
	for _, g := range p.Grants {
		if g.Role != r {
			keep = append(keep, g)
		}
	}
	p.Grants = keep
}
