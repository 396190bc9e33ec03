package accessdiff

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// signers are the roles and users of either side, those that a resource policy names, and one of the API's account and
// of another one that may call everything as far as its own policies go.
func (s *side) signers(others ...*side) (out []*caller) {
	add := func(c Caller) {
		c.Kind = Signer
		if !slices.ContainsFunc(out, func(have *caller) bool {
			return have.Name == c.Name && have.Principal == c.Principal &&
				have.Permitted == c.Permitted
		}) {
			out = append(out, &caller{Caller: c})
		}
	}
	partition, account := "aws", ""
	if parts := strings.Split(s.api.ARN, ":"); len(parts) > 5 {
		partition, account = parts[1], parts[4]
	}
	add(Caller{Principal: "arn:" + partition + ":iam::" + account + ":user/developer", Permitted: true})
	notKnown := func(name string) bool {
		return s.notKnown(name) || slices.ContainsFunc(others, func(o *side) bool { return o.notKnown(name) })
	}
	for _, side := range append(others, s) {
		for _, name := range slices.Sorted(maps.Keys(side.principals)) { // one without a policy here may have lost a Deny
			if notKnown(name) {
				continue // and it is said that they are not known
			}
			add(Caller{Name: name, Principal: side.principals[name].ARN})
		}
		if side.policy == nil {
			continue
		}
		add(Caller{Principal: "arn:" + partition + ":iam::999999999999:user/stranger"})
		for _, st := range side.policy.Statements {
			for _, p := range []*iampolicy.Principal{st.Principal, st.NotPrincipal} {
				if p == nil {
					continue
				}
				for _, name := range p.AWS {
					if s.knows(name) || side.knows(name) {
						continue // by its own name
					}
					for _, arn := range arnsOf(partition, name) {
						add(Caller{Principal: arn})
					}
				}
			}
			for _, c := range st.Conditions {
				switch strings.ToLower(c.Key) {
				case "aws:principalarn":
					for _, v := range c.Values {
						add(Caller{Principal: strings.NewReplacer("*", "x", "?", "x").Replace(v)})
					}
				case "aws:principalaccount":
					for _, v := range c.Values {
						add(Caller{Principal: "arn:" + partition + ":iam::" + v + ":user/any"})
					}
				}
			}
		}
	}
	return out
}

// notKnown reports whether the policies of a role or user are not known.
func (s *side) notKnown(name string) bool {
	return s.principals[name] != nil && s.principals[name].Policy.NotKnown != ""
}

// knows reports whether an ARN is that of a role or user of the assembly.
func (s *side) knows(arn string) bool {
	for _, p := range s.principals {
		if p.ARN == arn {
			return true
		}
	}
	return false
}

// arnsOf are callers that the name of a principal in a policy means.
func arnsOf(partition, name string) []string {
	switch {
	case name == "*":
		return nil
	case !strings.Contains(name, ":"):
		return []string{"arn:" + partition + ":iam::" + name + ":user/any"}
	case strings.HasSuffix(name, ":root"):
		return []string{strings.TrimSuffix(name, "root") + "user/any"}
	case strings.Contains(name, ":role/"):
		at := strings.Replace(strings.Replace(name, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1)
		prefix, role, _ := strings.Cut(at, ":assumed-role/")
		return []string{prefix + ":assumed-role/" + role[strings.LastIndex(role, "/")+1:] + "/any"}
	}
	return []string{name}
}
