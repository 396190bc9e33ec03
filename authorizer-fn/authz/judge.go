package authz

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// OwnershipTag is the build tag of authorizer functions whose table compares path parameters with claims. A function
// that is built with the tag lambda.norpc but without this tag is smaller, and refuses such a table when it starts. The
// secureapi construct sets it if needed.
const OwnershipTag = "gatehouse_ownership"

// judge reports whether the answer will allow the request, and records the reason in the decision if not. A policy for
// the whole API must be written first, because the grant then tells what the policy leaves out.
func (a *Authorizer) judge(
	arn policycompiler.ARN,
	rule int,
	grant *access.Grant,
	rights access.Rights,
	d *decision,
) bool {
	switch {
	case keepsSessions && d.visit != nil && d.visit.crossSite:
		d.end(denied, "cross_site", "")
	case rule < 0 || a.table.Rules()[rule].Elsewhere:
		d.end(denied, "route", "")
	case !a.permits(grant, rule, arn.Path):
		d.end(denied, "rights", "")
		d.missing, d.got = a.missing(rule, arn.Path, grant, rights)
	case !a.canName(arn, grant):
		d.end(denied, "path", "")
	default:
		d.end(allowed, "", "")
		return true
	}
	return false
}

func (a *Authorizer) permits(grant *access.Grant, rule int, path string) bool {
	if a.config.PerRequest {
		return grant.Permits(rule, path, policycompiler.Same)
	}
	return policycompiler.Permits(grant, rule, path)
}

// canName reports whether the policy can allow exactly this path. A policy for one request names the path, which must
// therefore be literal. A policy for the whole API names routes, and allows paths with an empty segment only to callers
// that may call all routes.
func (a *Authorizer) canName(arn policycompiler.ARN, grant *access.Grant) bool {
	if a.config.DenyEscapedPaths && strings.Contains(arn.Path, "%") {
		return false
	}
	if a.config.PerRequest {
		_, allow := policycompiler.Method(a.table, grant, arn)
		return allow
	}
	if strings.Contains(arn.Path, "//") {
		for i, rule := range a.table.Rules() {
			if !rule.Elsewhere && !grant.All[i] {
				return false
			}
		}
	}
	return true
}

// missing returns the first requirement of a rule that is not met, and what the caller has instead.
func (a *Authorizer) missing(
	rule int,
	path string,
	grant *access.Grant,
	rights access.Rights,
) (requirement, got string) {
	r := request{a.table.Rules()[rule], access.Segments(path), rights}
	for _, req := range r.rule.Requires {
		if !r.meets(req) {
			return req.String(), r.describeHeld(req)
		}
	}
	// Each requirement is met by a value that a policy does not express.
	for _, req := range r.rule.Requires {
		if !rights.Meet(req) {
			return req.String(), r.describeHeld(req) + ", and " + grant.WhyNot(rule)
		}
	}
	return "", ""
}

// request is a request to a rule, with the rights of its caller.
type request struct {
	rule     access.Rule
	segments []string
	rights   access.Rights
}

// segment returns the segment of the path that is a requirement's parameter.
func (r *request) segment(req access.Requirement) string {
	if i := r.rule.Parameter(req.Parameter); i >= 0 && i < len(r.segments) {
		return r.segments[i]
	}
	return ""
}

// meets reports whether a requirement is met by itself.
func (r *request) meets(req access.Requirement) bool {
	if !access.Ownership {
		return r.rights.Meet(req)
	}
	for alternative := range req.Paths {
		claim, segment := r.rights.Claim(alternative.Claim), r.segment(alternative)
		values := claim.List
		if alternative.Kind == access.PathIs {
			values = []string{claim.Text}
		}
		for _, v := range values {
			if access.Usable(v) && policycompiler.Same(segment, v) {
				return true
			}
		}
	}
	return r.rights.Meet(req)
}

// describeHeld describes what the caller has for a requirement.
func (r *request) describeHeld(req access.Requirement) string {
	var have []string
	rights := r.rights
	switch req.Kind {
	case access.Scope:
		have = rights.Scopes
	case access.Group:
		have = rights.Groups
	case access.Role:
		have = rights.Roles
	case access.Claim, access.ClaimHas:
		return "claim " + describeClaim(req.Claim, rights)
	case access.Tenant:
		text := "claim " + describeClaim(req.Claim, rights)
		if id := rights.Claim(req.Claim).Text; id != "" {
			if err := tenant.Check(id); err != nil {
				text += ": " + err.Error()
			}
		}
		return text
	case access.PathIs, access.PathIn:
		text := "caller's " + describeClaim(req.Claim, rights)
		if claim := rights.Claim(req.Claim).Text; req.Kind == access.PathIs && claim != "" && !access.Usable(claim) {
			text += ", which no segment of a path is compared with"
		}
		return text + ", the path's " + req.Parameter + " is " + join([]string{r.segment(req)})
	case access.Either:
		for _, alternative := range req.Either {
			text := r.describeHeld(alternative)
			switch alternative.Kind {
			case access.Scope, access.Group, access.Role:
				text = alternative.Subject() + ": " + text
			}
			if !slices.Contains(have, text) {
				have = append(have, text)
			}
		}
		return strings.Join(have, "; ")
	}
	return cmp.Or(join(have), "none")
}

// describeClaim describes a claim in the form that conditions compare.
func describeClaim(path string, rights access.Rights) string {
	claim := rights.Claim(path)
	switch {
	case claim.Text != "":
		return path + " is " + join([]string{claim.Text})
	case claim.List != nil:
		return path + " has " + cmp.Or(join(claim.List), "nothing")
	}
	return path + " has no text"
}
