import { ReceiverRules } from './receiver-rules';
import { receiverUrl } from './receiver-url';

const rules = new ReceiverRules(['hooks.internal', '10.1.0.0/16']);

describe('the URL of a receiver', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['https://example.com:8443/a?b=c', 'https://example.com:8443/a?b=c'],
    ['https://Example.com./hooks', 'https://example.com./hooks'],
    ['https://_hooks.my-team.example/ü', 'https://_hooks.my-team.example/%C3%BC'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://93.184.215.14/', 'https://93.184.215.14/'],
    ['https://[2606:2800:21f:cb07::1]/', 'https://[2606:2800:21f:cb07::1]/'],
    ['http://hooks.internal:8080/', 'http://hooks.internal:8080/'],
    ['http://10.1.2.3/', 'http://10.1.2.3/'],
  ])('%s is used as %s', (text, used) => {
    expect(receiverUrl(text, rules)).toBe(used);
  });

  it.each([
    ['ftp://example.com/', 'must be a URL that begins with https://'],
    ['example.com', 'must be a URL that begins with https://'],
    ['http://example.com/', 'must begin with https://'],
    ['https://user@example.com/', 'must have no user, password or fragment'],
    ['https://example.com/#part', 'must have no user, password or fragment'],
    ['https://example.com:0/', 'must have a port from 1 to 65535'],
    ['http://hooks.internal:0/', 'must have a port from 1 to 65535'],
    ['https://a..b/', 'must name a host that can exist'],
    ['https://-/', 'must name a host that can exist'],
    ['https://under-.example/', 'must name a host that can exist'],
    [`https://${'a'.repeat(64)}.example/`, 'must name a host that can exist'],
    [`https://${'a.'.repeat(127)}example/`, 'must name a host that can exist'],
    ['https://LOCALHOST./', 'must not be an internal address'],
    ['https://ⓛocalhost/', 'must not be an internal address'],
    ['https://127。0。0。1/', 'must not be an internal address'],
    ['https://0x7f.1/', 'must not be an internal address'],
    ['https://2130706433/', 'must not be an internal address'],
    ['https://[::ffff:127.0.0.1]/', 'must not be an internal address'],
    ['https://[64:ff9b::7f00:1]/', 'must not be an internal address'],
    ['https://[2002:7f00:1::]/', 'must not be an internal address'],
    ['https://10.2.0.1/', 'must not be an internal address'],
    ['https://168.63.129.16/', 'must not be an internal address'],
  ])('%s is refused: it %s', (text, reason) => {
    expect(receiverUrl(text, rules)).toMatchObject({ field: 'url', reason, hint: expect.any(String) });
  });
});
