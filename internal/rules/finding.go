package rules

// Severity is the effect of a finding on a synthesis.
type Severity string

const (
	Error   Severity = "error"   // the synthesis fails
	Warning Severity = "warning" // the synthesis continues
)

// Finding is a place in a template that breaks a rule.
type Finding struct {
	Rule      string // the ID, such as "open-method"
	Severity  Severity
	Stack     string // the stack's path in the app, such as "Prod/Shop"
	LogicalID string // the resource; "" for the stack as a whole

	// ConstructPath is the resource's path in the app, such as "Shop/Api/RestApi/Default/GET/Resource". It is "" if the
	// template does not contain it.
	ConstructPath string

	// API is the path or logical ID of the API that the finding is about. It may be empty.
	API string

	Message string // what is wrong
	WayOut  string // what to do about it

	// Accepted is the resource's reason for accepting the finding. It is "" if the finding is not accepted.
	Accepted string

	// File is the path of the template. It is "" for a template that was parsed without a file.
	File string
}

// reporter receives what a rule finds at a resource.
type reporter func(at *resource, f Finding)
