package devissuer

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// form is the sign-in form as the page shows it.
type form struct {
	Ways     []choice // ways to sign in, if there are several
	Personas []choice
	Typed    bool // a typed persona is chosen
	Fields   []field
	Wrong    bool   // one of the fields is invalid
	Error    string // an error about the form as a whole
}

type choice struct {
	Value, Name, Hint string
	Checked           bool
}

type field struct {
	Name, Label, Value, Hint string
	Long                     bool
	Error                    string
}

// The values of the radio buttons: the one for typed fields, and the prefix of the others.
const (
	typedValue    = "typed"
	personaPrefix = "persona "
)

// maxClaims limits typed claims, in bytes, since the code contains them and is in an address.
const maxClaims = 2 << 10

// newForm returns the form for a request. The first persona is selected, unless the request hints at another subject.
func newForm(a authorization, personas []Persona) form {
	f := form{Typed: a.Hint != ""}
	for _, one := range personas {
		f.Personas = append(f.Personas, choice{Value: personaPrefix + one.Name, Name: one.Name, Hint: one.hint(a.Scopes)})
		if n := len(f.Personas) - 1; f.Typed && one.subject() == a.Hint {
			f.Typed, f.Personas[n].Checked = false, true
		}
	}
	if chosen := slices.ContainsFunc(f.Personas, func(c choice) bool { return c.Checked }); !chosen && !f.Typed {
		f.Personas[0].Checked = true
	}
	subject := a.Hint
	if subject == "" {
		subject = DefaultSubject
	}
	f.Fields = []field{
		{Name: "subject", Label: "Subject", Value: subject, Hint: "the sub of the tokens"},
		{Name: "scopes", Label: "Scopes", Value: strings.Join(a.Scopes, " "), Hint: "separated by spaces; the app gets " +
			"those that it asks for"},
		{Name: "groups", Label: "Groups", Hint: "separated by commas"},
		{Name: "roles", Label: "Roles", Hint: "separated by commas"},
		{Name: "claims", Label: "Further claims", Long: true, Hint: `a JSON object, such as {"tenant": "acme"}`},
	}
	return f
}

// form returns the form for a request to a site.
func (p *Provider) form(s site, a authorization) form {
	f := newForm(a, p.personas(s))
	if a.Provider == "" {
		f.ways(p.waysIn(s, p.registration(s, a.ClientID)))
	}
	return f
}

func (a Persona) subject() string {
	if a.Subject == "" {
		return DefaultSubject
	}
	return a.Subject
}

// hint describes a persona in a line: its subject, the scopes that it grants, its groups and roles. It leaves out what
// the persona's name says.
func (a Persona) hint(asked []string) string {
	parts := []string{a.subject()}
	named := func(list []string) bool { return len(list) == 1 && strings.Contains(a.Name, list[0]) }
	own := slices.DeleteFunc(a.holds(asked), isStandard)
	switch {
	case len(own) == 0 && slices.ContainsFunc(asked, func(s string) bool { return !isStandard(s) }):
		parts = append(parts, "none of the app's scopes")
	case len(own) > 0 && !named(own):
		parts = append(parts, strings.Join(own, " "))
	}
	for _, right := range []struct {
		one, many string
		list      []string
	}{{"group", "groups", a.Groups}, {"role", "roles", a.Roles}} {
		switch {
		case len(right.list) == 0 || named(right.list):
		case len(right.list) == 1:
			parts = append(parts, right.one+" "+right.list[0])
		default:
			parts = append(parts, right.many+" "+strings.Join(right.list, ", "))
		}
	}
	return strings.Join(parts, " · ")
}

// read fills in the form from a request, and returns who signs in. It reports false if the form must be shown again.
func (f *form) read(in url.Values, personas []Persona) (Persona, bool) {
	value := in.Get("persona")
	f.Typed = value == typedValue
	found := -1
	for n := range f.Personas {
		if f.Personas[n].Checked = f.Personas[n].Value == value; f.Personas[n].Checked {
			found = n
		}
	}
	for n := range f.Fields {
		f.Fields[n].Value = in.Get(f.Fields[n].Name)
	}
	if found >= 0 {
		return personas[found], true
	}
	if !f.Typed {
		f.Personas[0].Checked = true
		f.Error = "Choose who signs in: the app has changed, and the chosen persona is gone."
		return Persona{}, false
	}
	out := Persona{
		Subject: strings.TrimSpace(in.Get("subject")),
		Groups:  splitCommas(in.Get("groups")),
		Roles:   splitCommas(in.Get("roles")),
	}
	wrong := func(name, why string) (Persona, bool) {
		for n := range f.Fields {
			if f.Fields[n].Name == name {
				f.Wrong, f.Fields[n].Error = true, why
			}
		}
		return Persona{}, false
	}
	var ok bool
	if out.Subject == "" {
		return wrong("subject", "Type a subject.")
	}
	if out.Scopes, ok = words(strings.Join(strings.Fields(in.Get("scopes")), " ")); !ok {
		return wrong("scopes", `Scopes are words of ASCII without quotes and backslashes.`)
	}
	text := strings.TrimSpace(in.Get("claims"))
	if len(text) > maxClaims {
		return wrong("claims", "The further claims have more than 2,048 bytes.")
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &out.Claims); err != nil || out.Claims == nil {
			return wrong("claims", `The further claims are not a JSON object, such as {"tenant": "acme"}.`)
		}
	}
	for _, name := range protocolClaims {
		if _, there := out.Claims[name]; there {
			return wrong("claims", "The claim "+name+" cannot be typed: the issuer sets it.")
		}
	}
	if _, err := encodeClaims(out.Claims); err != nil {
		return wrong("claims", "No authorizer reads these claims: they are nested too deeply.")
	}
	return out, true
}

// splitCommas splits a text at commas.
func splitCommas(text string) (out []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = union(out, []string{part})
		}
	}
	return out
}
