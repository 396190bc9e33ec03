package authz

// BindingTag is the build tag of authorizer functions that check what tokens are bound to: [Issuer.CertificateBound]
// and [Issuer.DPoPBound]. A function that is built with the tag lambda.norpc but without this tag is smaller, and
// refuses a configuration with one of them when it starts. The secureapi construct sets it if needed.
const BindingTag = "gatehouse_binding"

// ProofTableTag is the build tag, in addition to [BindingTag], of authorizer functions with a [Config.ProofTable]. It
// links a client of Amazon DynamoDB. The secureapi construct sets it if needed.
const ProofTableTag = "gatehouse_proof_table"
