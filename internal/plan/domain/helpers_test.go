package domain

import (
	"errors"
	"strings"
	"testing"
)

// with is a valid domain with a change.
func with(change func(*Domain)) *Domain {
	d := &Domain{Name: "api.example.com", Certificate: true}
	change(d)
	return d
}

func mutual(d *Domain) { d.MutualTLS = &MutualTLS{Bucket: true, Key: "clients.pem"} }

func reached(by ...string) *Private { return &Private{AllowVPCEndpoints: by} }

// inVPC is a valid private domain with a change.
func inVPC(change func(*Domain)) *Domain {
	return with(func(d *Domain) {
		d.Private = reached("vpce-0a1b2c3d")
		change(d)
	})
}

func shared(of Shared) *Domain { return &Domain{Of: &of} }

// refusal is a domain that must be refused.
type refusal struct {
	name   string
	domain *Domain
	want   string // part of the error's text: the place, the value and the fix
}

func testRefusals(t *testing.T, cases []refusal) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			if err := errors.Join(tt.domain.Check()...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.want)
			}
		})
	}
}
