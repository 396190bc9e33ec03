package plan

// Word is an [Access] that does not restrict the callers. It sets another requirement of requests, or how the route
// handles them.
type Word interface {
	Access

	// word returns the word's name in the table, such as "APIKey".
	word() string

	// addTo stores the word in its route. It returns errors of the word itself and contradictions to earlier words.
	addTo(r *PlannedRoute) []error
}
