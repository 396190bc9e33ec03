// An OpenID provider (https://github.com/panva/node-oidc-provider) on a free port of 127.0.0.1: node -e <this> -- <issuer>.
// It writes the port. Another process serves the issuer's URL and forwards requests to the port. "rotate" on standard input
// replaces the key; the answer is the new key's ID.
const { createServer } = require('node:http')
const { generateKeyPairSync } = require('node:crypto')

// client makes a client of the client_credentials grant (RFC 6749, section 4.4).
const client = (id) => ({
  client_id: id, client_secret: `the secret of ${id}`, grant_types: ['client_credentials'],
  redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_post',
})

const configuration = (key) => ({
  jwks: { keys: [key] },
  clients: [client('shop'), client('back-office')],
  scopes: ['orders/read', 'orders/write'],
  // The client determines whether a token has the administrators' group.
  extraTokenClaims: (ctx, token) => token.clientId === 'back-office' ? { groups: ['admins'] } : undefined,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    // Tokens are JWTs only for a resource with that format (RFC 8707): urn:api:orders has the audience "orders".
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => ({
        audience: resource.slice('urn:api:'.length), scope: 'orders/read orders/write', accessTokenFormat: 'jwt',
        accessTokenTTL: 3600, jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
})

async function main () {
  const { Provider } = await import('oidc-provider')
  let keys = 0
  let answer
  const rotate = () => {
    const kid = `key-${++keys}`
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    const provider = new Provider(process.argv[1], configuration({ ...key, kid, alg: 'RS256', use: 'sig' }))
    provider.proxy = true // use the headers of the forwarding server
    answer = provider.callback()
    return kid
  }
  rotate()
  const server = createServer((request, response) => answer(request, response))
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))
  process.stdin.on('data', (line) => String(line).trim() === 'rotate' && console.log(rotate()))
  process.stdin.on('end', () => process.exit())
}
main()
