package accessdiff

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// signers returns callers that sign: the roles and users of either side, those that a resource policy names or
// distinguishes, and one of the API's account and one of another account whose own policies allow everything. complete
// is false if a policy distinguishes too many.
func (s *side) signers(others ...*side) (out []*caller, complete bool) {
	complete = true
	add := func(c Caller, made bool) {
		c.Kind = Signer
		if !slices.ContainsFunc(out, func(have *caller) bool {
			return have.Name == c.Name && have.Principal == c.Principal &&
				have.Permitted == c.Permitted
		}) {
			out = append(out, &caller{Caller: c, made: made})
		}
	}
	partition, account := "aws", ""
	if parts := strings.Split(s.api.ARN, ":"); len(parts) > 5 {
		partition, account = parts[1], parts[4]
	}
	// A caller of the API's account can have policies outside the assembly.
	either := func(arn string, made bool) {
		add(Caller{Principal: arn}, made)
		if parts := strings.Split(arn, ":"); len(parts) > 5 && parts[4] == account {
			add(Caller{Principal: arn, Permitted: true}, made)
		}
	}
	add(Caller{Principal: "arn:" + partition + ":iam::" + account + developer, Permitted: true}, false)
	notKnown := func(name string) bool {
		return s.notKnown(name) || slices.ContainsFunc(others, func(o *side) bool { return o.notKnown(name) })
	}
	known := func(name string) bool {
		return s.knows(name) || slices.ContainsFunc(others, func(o *side) bool { return o.knows(name) })
	}
	var patterns []string
	for _, side := range append(others, s) {
		for _, name := range slices.Sorted(maps.Keys(side.principals)) { // any may have lost a Deny
			c := Caller{Name: name, Principal: side.principals[name].ARN}
			if c.unread = notKnown(name); c.unread { // differences are reported elsewhere
				add(c, false)
				c.Permitted = true
			}
			add(c, false)
		}
		if side.policy == nil {
			continue
		}
		add(Caller{Principal: "arn:" + partition + ":iam::999999999999:user/stranger"}, false)
		named, tells := signersIn(side.policy, partition, known)
		for _, arn := range named {
			either(arn, false)
		}
		patterns = append(patterns, tells...)
	}
	if len(patterns) > 0 {
		var arns []string
		arns, complete = arnClasses(partition, account, patterns)
		for _, arn := range arns {
			if !known(arn) {
				either(arn, !slices.Contains(patterns, arn))
			}
		}
	}
	return out, complete
}

// signersIn returns the ARNs of the callers that a policy names, except those with their own names, and the patterns
// with which it distinguishes callers.
func signersIn(d *iampolicy.Document, partition string, known func(name string) bool) (arns, patterns []string) {
	for _, st := range d.Statements {
		for _, p := range []*iampolicy.Principal{st.Principal, st.NotPrincipal} {
			if p == nil {
				continue
			}
			for _, name := range p.AWS {
				if !known(name) {
					arns = append(arns, arnsOf(partition, name)...)
				}
			}
		}
		for _, c := range st.Conditions {
			switch strings.ToLower(c.Key) {
			case "aws:principalarn":
				for _, v := range c.Values {
					patterns = append(patterns, patternOf(c.Operator, v))
				}
			case "aws:principalaccount":
				for _, v := range c.Values {
					arns = append(arns, "arn:"+partition+":iam::"+v+":user/any")
				}
			}
		}
	}
	return arns, patterns
}

// developer ends the ARN of a caller that stands for everyone in the API's account whom IAM allows to call.
const developer = ":user/developer"

// standsForAll reports whether a caller stands for everyone whom IAM allows to call.
func (c *caller) standsForAll() bool {
	return c.Permitted && c.Name == "" && (c.Principal == "" || strings.HasSuffix(c.Principal, developer))
}

// arnClasses returns ARNs of roles and users, one of each class that some patterns distinguish, in the API's account,
// in another one, and in those that patterns name.
func arnClasses(partition, account string, patterns []string) (out []string, complete bool) {
	list := slices.Compact(slices.Sorted(slices.Values(patterns)))
	accounts := []string{account, "999999999999"}
	for _, p := range list {
		if parts := strings.Split(p, ":"); len(parts) > 5 && strings.Trim(parts[4], "0123456789") == "" {
			accounts = append(accounts, parts[4])
		}
	}
	complete = true
	for _, account := range unique(accounts) {
		for _, kind := range []string{"role", "user"} {
			shape := "arn:" + partition + ":iam::" + account + ":" + kind + "/?*"
			found, all := textClasses(append(slices.Clone(list), shape), mostTexts, shape)
			out, complete = append(out, found...), complete && all
		}
	}
	return out, complete
}

// notKnown reports whether the policies of a role or user are not known.
func (s *side) notKnown(name string) bool {
	return s.principals[name] != nil && s.principals[name].Policy.NotKnown != ""
}

// knows reports whether an ARN belongs to a role or user of the assembly.
func (s *side) knows(arn string) bool {
	for _, p := range s.principals {
		if p.ARN == arn {
			return true
		}
	}
	return false
}

// arnsOf returns callers that the name of a principal in a policy stands for.
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
