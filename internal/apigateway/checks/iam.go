package checks

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/sigv4"
)

// AccessKey is a development key and its principal.
type AccessKey struct {
	ID, Secret string

	// SessionToken belongs to temporary credentials; requests send it in X-Amz-Security-Token. It is "" for a long-term
	// key.
	SessionToken string

	// Principal is the role or user in the template whose policies decide what may be called; nil for a developer who may
	// call everything.
	Principal *apimodel.Principal
}

// signatures verifies Signature Version 4, and holds what the principal of each key may do.
type signatures struct {
	verifier sigv4.Verifier
	keys     map[string]signer
}

type signer struct {
	AccessKey
	caller   events.IAMCaller
	policies []iampolicy.Document
	err      error // set if the policies are not known in full, so that they decide nothing
}

func newSignatures(g *Guard) *signatures {
	s := &signatures{keys: map[string]signer{}}
	for _, k := range g.options.Keys {
		s.keys[k.ID] = g.newSigner(k)
	}
	lookup := func(id string) (sigv4.Key, bool) {
		k, ok := s.keys[id]
		return sigv4.Key{Secret: k.Secret, SessionToken: k.SessionToken}, ok
	}
	s.verifier = sigv4.Verifier{Region: g.options.API.Region, Now: g.options.Now, Lookup: lookup}
	return s
}

func (g *Guard) newSigner(k AccessKey) signer {
	account := g.options.API.Account
	s := signer{
		AccessKey: k,
		caller: events.IAMCaller{
			AccessKey: k.ID,
			AccountID: account,
			Caller:    "AIDALOCALDEVELOPER",
			User:      "AIDALOCALDEVELOPER",
		},
	}
	if k.Principal == nil {
		s.caller.UserARN = fmt.Sprintf("arn:%s:iam::%s:user/developer", g.options.API.Partition, account)
		s.policies = []iampolicy.Document{{Statements: []iampolicy.Statement{
			{Effect: iampolicy.Allow, Action: []string{"*"}, Resource: []string{"*"}}}}}
		return s
	}
	s.caller.UserARN = k.Principal.ARN
	if !k.Principal.User {
		// A role calls as the session that assumed it.
		s.caller.UserARN = fmt.Sprintf(
			"arn:%s:sts::%s:assumed-role/%s/local",
			g.options.API.Partition,
			account,
			k.Principal.Name,
		)
		s.caller.Caller, s.caller.User = "AROALOCALDEVELOPER:local", "AROALOCALDEVELOPER:local"
	}
	s.err = k.Principal.Err
	for _, text := range k.Principal.Policies {
		doc, err := iampolicy.Parse(string(text))
		if err != nil {
			s.err = errors.Join(s.err, err)
		}
		s.policies = append(s.policies, doc)
	}
	return s
}

// iam checks a method with AWS_IAM. Callers are in the API's own account, where a Deny of either policy denies, and an
// Allow of either one allows.
func (g *Guard) iam(c *Call, arn string, v *Verdict) {
	id, err := g.identify.verify(c)
	if err != nil {
		v.fail("signature", signatureDenial(err))
		return
	}
	s := g.identify.keys[id.AccessKeyID]
	v.pass("signature", "the signature is that of %s, which signs with the key %s", s.caller.UserARN, id.AccessKeyID)
	v.Known.IAM, v.Principal = &s.caller, s.caller.UserARN
	caller := iampolicy.Caller{ARN: s.caller.UserARN, Account: s.caller.AccountID}
	if p := s.Principal; p != nil && !p.User {
		caller.Role = p.ARN
	}
	resource, ok := g.mustNotDeny(c, arn, caller, v)
	if !ok {
		return
	}
	deny := func(because, reason string) {
		v.fail("policy", accessDenied(g.notAuthorized(s.caller.UserARN, arn)+" "+because, reason))
	}
	if s.err != nil {
		deny("because its policies are not known here", fmt.Sprintf(
			"the policies of %s are not read in full, and one of them may deny: %v", s.caller.UserARN, s.err))
		return
	}
	identity, why := s.decide(g.request(c, arn, caller))
	switch {
	case identity == iampolicy.ExplicitDeny:
		deny("with an explicit deny in an identity-based policy", why)
	case identity == iampolicy.Allowed:
		v.pass("policy", "%s", why)
	case resource.Outcome == iampolicy.Allowed:
		v.pass("policy", "%s, but statement %d of the resource policy allows it", why, resource.Statement+1)
	default:
		deny("because no identity-based policy allows the execute-api:Invoke action",
			why+": grant the route with api.GrantInvoke")
	}
}

// decide evaluates all of a principal's policies, and says why they allow or deny. Any Deny denies.
func (s signer) decide(r iampolicy.Request) (outcome iampolicy.Outcome, why string) {
	switch n := len(s.policies); n {
	case 0:
		why = fmt.Sprintf(
			"%s has no policy, so nothing allows it execute-api:Invoke on %s",
			s.caller.UserARN,
			r.Resource,
		)
	case 1:
		why = fmt.Sprintf("the policy of %s does not allow execute-api:Invoke on %s", s.caller.UserARN, r.Resource)
	default:
		why = fmt.Sprintf(
			"none of the %d policies of %s allows execute-api:Invoke on %s",
			n,
			s.caller.UserARN,
			r.Resource,
		)
	}
	for i, doc := range s.policies {
		d := doc.Evaluate(r)
		if d.Outcome == iampolicy.ImplicitDeny || d.Outcome == outcome {
			continue
		}
		outcome, why = d.Outcome, explainDecision(fmt.Sprintf("policy %d of %s", i+1, s.caller.UserARN), doc, d, r)
		if outcome == iampolicy.ExplicitDeny {
			return outcome, why
		}
	}
	return outcome, why
}

// verify checks the signature of the request as it was received, including the stage in its path.
func (s *signatures) verify(c *Call) (sigv4.Identity, error) {
	r := &http.Request{Method: c.Verb, Host: c.Host, Header: http.Header{}, ContentLength: int64(len(c.Body))}
	for _, h := range c.Headers {
		r.Header.Add(h.Name, h.Value)
	}
	return s.verifier.Verify(r, c.RawPath, c.RawQuery, c.Body)
}

// signatureDenial returns API Gateway's answer to a wrong signature.
func signatureDenial(err error) mapping.Failure {
	d := mapping.Failure{
		Type:      mapping.InvalidSignature,
		Status:    403,
		ErrorType: "InvalidSignatureException",
		Message:   err.Error(),
		Reason:    err.Error(),
	}
	var refused *sigv4.Error
	if errors.As(err, &refused) {
		d.ErrorType, d.Message = refused.Type, refused.Message
		if detail := refused.Detail(); detail != "" {
			d.Reason = strings.TrimRight(refused.Message, ". \n") + ": " + detail
		} else {
			d.Reason = refused.Message
		}
	}
	if errors.Is(err, sigv4.ErrMissingToken) {
		d.Type = mapping.MissingAuthenticationToken
	}
	return d
}
