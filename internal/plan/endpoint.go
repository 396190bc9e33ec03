package plan

import "errors"

// checkEndpoint refuses settings that depend on the type of the endpoint if that type is known only at deployment.
func (p *Plan) checkEndpoint() (errs []error) {
	if r := p.props.RestAPI; r == nil || !r.EndpointUnknown {
		return nil
	}
	const known = "the type of the API's endpoint is a CDK token, "
	if o := p.props.Policy; o != nil && len(o.AllowCIDRs)+len(o.DenyCIDRs) > 0 {
		errs = append(errs,
			errors.New(known+"and CIDRs of the ResourcePolicy are written for one type, as a PRIVATE API sees "+
				"other addresses: write the type out, or Statements"))
	}
	for _, route := range p.Routes {
		if route.From != nil {
			errs = append(errs, errors.New(known+"and FromCIDRs is written for one type, as a PRIVATE API sees other "+
				"addresses: write the type out, or Statements of the ResourcePolicy"))
			break
		}
	}
	if p.props.Domain != nil {
		errs = append(errs, errors.New(known+"and a private API has another kind of Domain than others: write the type out, "+
			"or make the domain beside"))
	}
	return errs
}
