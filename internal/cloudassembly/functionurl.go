package cloudassembly

// FunctionURL is an HTTPS address of a function itself. A request to it does not pass any API.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
type FunctionURL struct {
	ID
	Function  *Function // nil if it is not in the assembly, or not known
	Qualifier string    // the alias; "" for the function's latest code
	AuthType  string    // "AWS_IAM", or "NONE" for all callers; "" if it is not known
}

func (b *builder) readFunctionURLs() {
	b.each("AWS::Lambda::Url", func(r *reader) {
		r = r.notice()
		u := &FunctionURL{ID: r.id, AuthType: r.need("AuthType")}
		if target := r.need("TargetFunctionArn"); target != "" {
			u.Function, u.Qualifier = b.model.FunctionOf(target, r.id.Stack)
		}
		if q := r.text("Qualifier"); q != "" {
			u.Qualifier = q
		}
		b.model.FunctionURLs = append(b.model.FunctionURLs, u)
	})
}
