package rules

// Severity says what a finding does to a synthesis.
type Severity string

const (
	Error   Severity = "error"   // it fails
	Warning Severity = "warning" // it goes on
)

// Finding is one place of a template that breaks a rule.
type Finding struct {
	Rule      string // the id, such as "open-method"
	Severity  Severity
	Stack     string // the stack's path in the app, such as "Prod/Shop"
	LogicalID string // the resource; "" for the stack as a whole

	// ConstructPath is the resource's path in the app, such as "Shop/Api/RestApi/Default/GET/Resource"; "" if the template
	// does not have it.
	ConstructPath string

	// API is the path of the API that it is about, or its logical id; "" if it is about none.
	API string

	Message string // what is wrong
	WayOut  string // what to do about it

	// Accepted is the reason that the resource gives for accepting it; "" if it does not.
	Accepted string

	// File is the template, as a path; "" for one that was parsed by itself.
	File string
}

// reporter takes what a rule finds at a resource.
type reporter func(at *resource, f Finding)
