package plan

// Word is an [Access] that does not restrict who calls: it requires something else of a request, or sets how the route
// handles it.
type Word interface {
	Access

	// word returns the word's name in the table, such as "APIKey".
	word() string

	// addTo stores the word in its route. The errors tell what is wrong with it by itself, or together with earlier words.
	addTo(r *PlannedRoute) []error
}
