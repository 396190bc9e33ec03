// An OpenID provider (https://github.com/panva/node-oidc-provider) on a free port of 127.0.0.1, for an issuer that is
// served by the process that forwards to that port: node -e <this> -- <issuer>. It writes the port. "rotate" on its standard input
// puts a new key in the place of the present one and is answered by the new key's id.
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
  // The administrators' group is a matter of who asks, not of what is asked for.
  extraTokenClaims: (ctx, token) => token.clientId === 'back-office' ? { groups: ['admins'] } : undefined,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    // Tokens are JWTs only for a resource that says so (RFC 8707): urn:api:orders has the audience "orders".
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
    provider.proxy = true // the forwarding server says how it was asked
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
