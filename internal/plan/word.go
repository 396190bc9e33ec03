package plan

// Word is an [Access] that is not about who calls: what a request brings besides, or what it meets at the route.
type Word interface {
	Access

	// word is how the table has it, such as "APIKey".
	word() string

	// addTo stores it in its route. The errors say what is wrong with the word by itself, or beside those before it.
	addTo(r *PlannedRoute) []error
}
