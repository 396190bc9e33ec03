package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/origin"
)

func (r *ResourcePolicy) check(s policyScope) (errs []error) {
	if r == nil {
		return nil
	}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("ResourcePolicy."+format, a...)) }
	if !r.hasLists() && len(r.Statements) == 0 {
		return []error{errors.New("ResourcePolicy is empty: name at least one list or statement, or leave it out")}
	}
	for i, given := range r.Statements {
		if !given {
			bad("Statements[%d] is nil", i)
		}
	}
	lists := r.lists()
	for n, l := range lists {
		if len(l.values) == 0 {
			continue
		}
		for i, v := range l.values {
			if cdktoken.UnresolvedList(v) && len(l.values) > 1 {
				bad("%s[%d] %s", l.field, i, cdktoken.ListProblem)
			} else if err := origin.Check(l.kind, v); err != nil {
				bad("%s[%d]: %w", l.field, i, err)
			}
		}
		if l.vpc && !s.private {
			bad("%s: no request to a public endpoint has a %s: set RestApiProps.EndpointConfiguration to PRIVATE, or "+
				"use CIDRs",
				l.field, l.kind)
		}
		if l.identity && !s.signed {
			bad("%s: no route takes requests signed with AWS credentials, so no request has an %s: guard one with an "+
				"IAMAuthorizer, or leave the list out", l.field, l.kind)
		}
		if l.kind != origin.CIDR && l.allow {
			for _, v := range l.values {
				if slices.Contains(lists[n+1].values, v) {
					bad("%s has %q, which %s takes back: leave one of the two out", l.field, v, lists[n+1].field)
				}
			}
		}
	}
	if s.private && len(r.AllowVPCs)+len(r.AllowVPCEndpoints)+len(r.Statements) == 0 {
		bad("AllowVPCEndpoints: the endpoint is PRIVATE, and with no AllowVPCEndpoints, AllowVPCs or Statements " +
			"every account's VPCs may call it: an address says nothing about whose it is")
	}
	if r.hasLists() && s.overlap != nil {
		errs = append(errs, fmt.Errorf("ResourcePolicy: %w", s.overlap))
	}
	if len(errs) > 0 {
		return errs
	}
	return r.checkRanges(s)
}

// checkRanges refuses ranges that admit no caller, and allowed ranges that are denied as a whole.
func (r *ResourcePolicy) checkRanges(s policyScope) (errs []error) {
	var denied []netip.Prefix
	for _, v := range r.DenyCIDRs {
		if !cdktoken.Unresolved(v) {
			denied = append(denied, origin.Parse(v))
		}
	}
	for i, v := range r.AllowCIDRs {
		if !cdktoken.Unresolved(v) && origin.Covered(origin.Parse(v), denied) {
			errs = append(errs, fmt.Errorf("ResourcePolicy.AllowCIDRs[%d]: %q is denied as a whole by DenyCIDRs, "+
				"which locks every caller in it out: leave one of the two out", i, v))
		}
	}
	reachable := func(v string) bool { return cdktoken.Unresolved(v) || !origin.Unrouted(origin.Parse(v)) }
	if len(r.AllowCIDRs) > 0 && !s.private && !slices.ContainsFunc(r.AllowCIDRs, reachable) {
		errs = append(errs, fmt.Errorf("ResourcePolicy.AllowCIDRs has private addresses only, like %q, from which "+
			"nothing reaches a public endpoint, which locks every caller out: name the public addresses of those who "+
			"may call, or set RestApiProps.EndpointConfiguration to PRIVATE", r.AllowCIDRs[0]))
	}
	// Callers reach public endpoints by IPv4 unless the endpoint is dual stack, so without IPv4 no caller is left.
	if len(r.AllowCIDRs) == 0 && !s.private && origin.Covered(netip.MustParsePrefix("0.0.0.0/0"), denied) {
		errs = append(errs, errors.New("ResourcePolicy.DenyCIDRs covers all IPv4 addresses, which locks every caller "+
			"out: use AllowCIDRs for those who may call"))
	}
	return errs
}
