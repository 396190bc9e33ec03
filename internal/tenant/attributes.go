package tenant

// OwnAttributes are the standard attributes of a user pool that a user may change, unless the app client's
// WriteAttributes exclude them.
// Sources: WriteAttributes in
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html and
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
var OwnAttributes = []string{
	"address", "birthdate", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname",
	"phone_number", "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
}
