package iampolicy

import (
	"slices"
	"strings"
)

// Caller is the sender of a request. The zero value is an anonymous caller, such as one that a Lambda authorizer
// admitted.
type Caller struct {
	ARN     string // of a user, a role or a role session: "arn:aws:sts::123456789012:assumed-role/deploy/ci"
	Account string // twelve digits

	// Role is the ARN of a session's role. It is needed for a role with a path, because ARN does not contain the path.
	Role string

	// Service is the principal of an AWS service that calls by itself, such as "vpc-lattice.amazonaws.com"; "" for another
	// caller.
	Service string
}

// PrincipalARN returns the value of aws:PrincipalArn. For the session of a role, that is the role.
// Source:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
func (c Caller) PrincipalARN() string {
	if c.Role != "" {
		return c.Role
	}
	head, session, ok := strings.Cut(c.ARN, ":assumed-role/")
	if !ok {
		return c.ARN
	}
	name, _, _ := strings.Cut(session, "/")
	return strings.Replace(head, ":sts:", ":iam:", 1) + ":role/" + name
}

// matches reports whether a principal names the caller.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (p Principal) matches(c Caller) bool {
	if p.Anyone || c.Service != "" && slices.Contains(p.Service, c.Service) {
		return true
	}
	for _, name := range p.AWS {
		if name == "*" || matchesAWS(name, c) {
			return true
		}
	}
	return false
}

// matchesAWS reports whether a name of the kind AWS matches the caller. An account, by its number or its root user's
// ARN, matches every caller in it. A role also matches its sessions.
func matchesAWS(name string, c Caller) bool {
	switch {
	case c.ARN == "" && c.Account == "":
		return false
	case isAccount(name):
		return name == c.Account
	case name == c.ARN:
		return true
	}
	account, kind := arnAccount(name)
	if account == "" || account != c.Account {
		return false
	}
	if kind == "root" {
		return true
	}
	path, isRole := strings.CutPrefix(kind, "role/")
	role := path[strings.LastIndexByte(path, '/')+1:] // the session's ARN does not contain the role's path
	_, session := arnAccount(c.ARN)
	session, assumed := strings.CutPrefix(session, "assumed-role/")
	name, _, _ = strings.Cut(session, "/")
	return isRole && assumed && role != "" && name == role
}

// arnAccount returns the account and the last part of the ARN of an IAM or STS principal.
func arnAccount(arn string) (account, rest string) {
	i := fifthColon(arn)
	if i < 0 {
		return "", ""
	}
	parts := strings.Split(arn[:i-1], ":")
	if parts[0] != "arn" || parts[2] != "iam" && parts[2] != "sts" {
		return "", ""
	}
	return parts[4], arn[i:]
}

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }
