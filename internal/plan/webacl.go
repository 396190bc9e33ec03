package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// checkWebACL refuses web ACLs that AWS WAF does not associate with a stage. The web ACL of a REST API is regional,
// even if the API's endpoint is edge-optimized.
// Source: https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
func (p *Plan) checkWebACL() []error {
	acl := p.props.WebACL
	if acl == "" {
		return nil
	}
	if p.Stage == "" {
		return []error{errors.New("WebACL is set, and RestApiProps.Deploy is false, so that there is no stage to protect: " +
			"leave one out, or associate the web ACL with the stage that you make")}
	}
	if cdktoken.UnresolvedList(acl) {
		return []error{fmt.Errorf("WebACL %s", cdktoken.ListProblem)}
	}
	if cdktoken.Unresolved(acl) {
		return nil
	}
	parts := strings.Split(acl, ":")
	switch {
	case len(parts) != 6 || parts[0] != "arn" || parts[2] != "wafv2" || !strings.Contains(parts[5], "/webacl/"):
		return []error{fmt.Errorf("WebACL %q: want the ARN of a web ACL of AWS WAF, such as "+
			"\"arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/NAME/ID\", or a token of it", acl)}
	case strings.HasPrefix(parts[5], "global/"):
		return []error{fmt.Errorf("WebACL %q is of the scope CLOUDFRONT, and a REST API takes one of the scope "+
			"REGIONAL, of its own region, also where its endpoint is edge-optimized", acl)}
	}
	return nil
}

// WebACLRegion returns the region of the web ACL, or "" if it is not known.
func (p *Plan) WebACLRegion() string {
	if parts := strings.Split(p.props.WebACL, ":"); len(parts) == 6 && !cdktoken.Unresolved(p.props.WebACL) {
		return parts[3]
	}
	return ""
}
