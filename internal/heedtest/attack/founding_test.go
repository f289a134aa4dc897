package attack_test

import (
	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
)

var founding = directory.Founding{
	Name: "Test Trust", Telephone: "01632 960300", ExitURL: "https://www.nhs.uk/", Nation: workday.EnglandAndWales,
	Team: "Safeguarding team",
	Lead: directory.Contact{Name: "Test Sample", Telephone: "01632 960301"}, OnePerson: true,
	Grantors: []directory.NewPerson{{Name: "Test Sample", Login: "tester", Email: "tester@example.org",
		Role: access.Lead}},
}
