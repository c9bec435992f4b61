/**
 * The most common passwords of eight characters or more, on which lists of leaked ones agree:
 * English, Chinese and keyboard walks. All in lower case.
 */
const list = `
  00000000 000000000 0000000000 01234567 0123456789 11111111 111111111 1111111111 111222333
  11112222 11223344 112233445566 12121212 123123123 123123123123 123321123 1234512345 12341234
  12344321 123454321 123456123456 12345678 12345678910 123456789 1234567890 123456789a 123456789q
  12345678a 123456aa 123456abc 1234abcd 1234qwer 12qwaszx 131313131 13145200 1314520520 147258369
  147852369 159753159 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc
  22222222 33333333 44444444 456456456 52013140 5201314520 55555555 66666666 666666666 77777777
  789456123 7894561230 87654321 88888888 888888888 987654321 9876543210 99999999 999999999
  a1234567 a12345678 a123456789 aa123456 aa123456789 aaaaaaaa abc12345 abc123456 abcd1234
  abcd12345 abcdefgh admin123 admin1234 administrator asd123456 asdasdasd asdf1234 asdfasdf
  asdfghjk asdfghjkl baseball basketball butterfly caonima123 changeme charlie1 chocolate
  computer corvette dearbook dragon123 elephant facebook football football1 godzilla hello123
  hellohello iloveyou iloveyou1 iloveyou2 internet jennifer jordan23 letmein1 letmein123
  liverpool liverpool1 master123 maverick mercedes michael1 michelle microsoft midnight
  monkey123 mustang1 nicholas p@ssw0rd p@ssword pass1234 passw0rd password password1 password12
  password123 password1234 pokemon1 princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsx123 qazwsxedc
  qq123456 qq123456789 qweasdzxc qweqweqwe qwer1234 qwerasdf qwert123 qwert12345 qwerty12
  qwerty123 qwerty1234 qwerty12345 qwertyui qwertyuiop qwertyuiop123 samantha secret123
  shadow123 spiderman starwars sunshine sunshine1 superman superman1 superstar test1234 testtest
  trustno1 victoria welcome1 welcome123 whatever wo123456 woaini123 woaini1314 woaini520
  woaini521 woainima wojiushiwo xiaoxiao zaq12wsx zaq1zaq1 zxcvbnm1 zxcvbnm123 zxczxczxc
`;

const common = new Set(list.trim().split(/\s+/));

/** Whether a password is one of the most common, ignoring case. */
export function isCommonPassword(password: string): boolean {
  return common.has(password.toLowerCase());
}
